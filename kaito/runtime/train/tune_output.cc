#include "kaito/runtime/train/tune_output.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/job/layout.h"
#include "kaito/base/file/file_system.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/adapter/adapter_directory.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/train/available_memory.h"
#include "kaito/runtime/train/checkpoint.h"
#include "kaito/runtime/train/trainer_state.h"
#include "kaito/runtime/train/training_loop.h"
#include "kaito/runtime/train/training_state.h"
#include "kaito/runtime/weights/dtype.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kMaxReportBytes = 1 << 20;

json::Value FormatEvaluation(const std::optional<Evaluation>& evaluation) {
  if (!evaluation.has_value()) return nullptr;
  return json::Object{{"loss", evaluation->loss},
                      {"mean_token_accuracy", evaluation->accuracy},
                      {"tokens", evaluation->targets}};
}

json::Value FormatReport(const CheckpointFacts& facts,
                         const TrainingState& state, const TuneReport& report) {
  const double seconds = absl::ToDoubleSeconds(report.training_time);
  return json::Object{
      {"version", 1},
      {"fingerprint", facts.fingerprint},
      {"digests", json::Object{{"base_model", report.model_digest},
                               {"data", report.data_digest},
                               {"config", report.config_digest}}},
      {"seed", static_cast<int64_t>(report.seed)},
      {"steps", state.step},
      {"skipped_steps", state.skipped},
      {"epochs", state.epoch},
      {"tokens", state.tokens},
      {"trained_tokens", state.targets},
      {"loss", state.last_loss},
      {"trainable_parameters", ParameterCount(state.adapter)},
      {"eval_before", FormatEvaluation(report.before)},
      {"eval_after", FormatEvaluation(report.after)},
      {"train_seconds", seconds},
      {"tokens_per_second",
       seconds > 0 ? static_cast<double>(report.trained_tokens) / seconds : 0},
      {"peak_memory_bytes", PeakMemory()},
      {"finished", absl::FormatTime(absl::RFC3339_sec, report.finished,
                                    absl::UTCTimeZone())}};
}

std::optional<json::Value> ReadReport(absl::string_view directory) {
  const auto text =
      ReadFile(JoinPath(directory, api::kTrainingReportFile), kMaxReportBytes);
  if (!text.ok()) return std::nullopt;
  absl::StatusOr<json::Value> report =
      json::Parse(*text, {.max_bytes = kMaxReportBytes});
  if (!report.ok()) return std::nullopt;
  return *std::move(report);
}

}  // namespace

absl::Status WriteOutput(absl::string_view directory,
                         const CheckpointFacts& facts, bool bf16,
                         const TrainingState& state, const TuneReport& report,
                         FileSystem* fs) {
  const WriteFileOptions options = {.file_system = fs};
  KAITO_RETURN_IF_ERROR(WriteAdapterDirectory(
      directory, facts.adapter, state.adapter, facts.card,
      {.dtype = bf16 ? Dtype::kBf16 : Dtype::kF32, .file = options}));
  KAITO_RETURN_IF_ERROR(WriteFileAtomic(
      JoinPath(directory, "trainer_state.json"),
      json::Write(FormatTrainerState(state, facts.run), {.indent = 2}),
      options));
  KAITO_RETURN_IF_ERROR(WriteFileAtomic(
      JoinPath(directory, api::kTrainingReportFile),
      json::Write(FormatReport(facts, state, report), {.indent = 2}), options));
  // KAITO's words: programs look for the file, people read the time.
  return WriteFileAtomic(
      JoinPath(directory, api::kSentinelFile),
      absl::StrCat("Fine-Tuning completed at ",
                   absl::FormatTime("%Y-%m-%d-%H-%M-%S", report.finished,
                                    absl::UTCTimeZone()),
                   "\n"),
      options);
}

bool IsFinished(absl::string_view directory, absl::string_view fingerprint) {
  if (!ReadFile(JoinPath(directory, api::kSentinelFile), 4096).ok()) {
    return false;
  }
  const std::optional<json::Value> report = ReadReport(directory);
  return report.has_value() && report->StringAt({"fingerprint"}) == fingerprint;
}

std::optional<double> ReportedLoss(absl::string_view directory) {
  const std::optional<json::Value> report = ReadReport(directory);
  if (!report.has_value()) return std::nullopt;
  const json::Value* loss = report->Find("loss");
  return loss == nullptr ? std::nullopt : loss->number();
}

}  // namespace kaito::runtime
