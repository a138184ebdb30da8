#include "kaito/runtime/train/trainer_state.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/train/training_state.h"

namespace kaito::runtime {
namespace {

json::Value FormatEntry(const LogEntry& entry) {
  return json::Object{{"epoch", entry.epoch},
                      {"grad_norm", entry.grad_norm},
                      {"learning_rate", entry.learning_rate},
                      {"loss", entry.loss},
                      {"mean_token_accuracy", entry.accuracy},
                      {"num_tokens", entry.tokens},
                      {"step", entry.step}};
}

absl::StatusOr<double> NumberOf(const json::Value& object,
                                absl::string_view name) {
  const json::Value* value = object.Find(name);
  const std::optional<double> number =
      value == nullptr ? std::nullopt : value->number();
  if (number.has_value()) return *number;
  return absl::InvalidArgumentError(
      absl::StrCat("log_history: ", name, ": want a number"));
}

absl::StatusOr<int64_t> IntegerOf(const json::Value& object,
                                  absl::string_view name) {
  const json::Value* value = object.Find(name);
  const std::optional<int64_t> number =
      value == nullptr ? std::nullopt : value->integer();
  if (number.has_value()) return *number;
  return absl::InvalidArgumentError(
      absl::StrCat("log_history: ", name, ": want a whole number"));
}

}  // namespace

json::Value FormatTrainerState(const TrainingState& state,
                               const RunFacts& run) {
  json::Array log;
  for (const LogEntry& entry : state.log) log.push_back(FormatEntry(entry));
  return json::Object{
      {"best_global_step", nullptr},
      {"best_metric", nullptr},
      {"best_model_checkpoint", nullptr},
      {"epoch", state.epoch},
      {"eval_steps", 500},
      {"global_step", state.step},
      {"is_hyper_param_search", false},
      {"is_local_process_zero", true},
      {"is_world_process_zero", true},
      {"log_history", std::move(log)},
      {"logging_steps", run.log_every},
      {"max_steps", run.total_steps},
      {"num_input_tokens_seen", state.tokens},
      {"num_train_epochs", static_cast<int64_t>(std::ceil(run.epochs))},
      {"save_steps", run.save_every > 0 ? run.save_every : 500},
      {"stateful_callbacks", json::Object()},
      {"total_flos", 0},
      {"train_batch_size", run.rows_per_batch},
      {"trial_name", nullptr},
      {"trial_params", nullptr}};
}

absl::StatusOr<std::vector<LogEntry>> ParseTrainerLog(
    const json::Value& trainer_state) {
  const json::Value* history = trainer_state.Find("log_history");
  if (history == nullptr || !history->is_array()) {
    return absl::InvalidArgumentError("log_history: want a list");
  }
  std::vector<LogEntry> log;
  for (const json::Value& item : *history->array()) {
    if (item.Find("loss") == nullptr) continue;
    LogEntry& entry = log.emplace_back();
    KAITO_ASSIGN_OR_RETURN(entry.step, IntegerOf(item, "step"));
    KAITO_ASSIGN_OR_RETURN(entry.epoch, NumberOf(item, "epoch"));
    KAITO_ASSIGN_OR_RETURN(entry.loss, NumberOf(item, "loss"));
    KAITO_ASSIGN_OR_RETURN(entry.accuracy,
                           NumberOf(item, "mean_token_accuracy"));
    KAITO_ASSIGN_OR_RETURN(entry.grad_norm, NumberOf(item, "grad_norm"));
    KAITO_ASSIGN_OR_RETURN(entry.learning_rate,
                           NumberOf(item, "learning_rate"));
    KAITO_ASSIGN_OR_RETURN(entry.tokens, IntegerOf(item, "num_tokens"));
  }
  return log;
}

}  // namespace kaito::runtime
