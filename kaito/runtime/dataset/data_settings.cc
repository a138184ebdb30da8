#include "kaito/runtime/dataset/data_settings.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/job/layout.h"
#include "kaito/api/job/training_config.h"
#include "kaito/base/file/path.h"
#include "kaito/base/json/value.h"
#include "kaito/base/random/random.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/batch/batch_plan.h"
#include "kaito/runtime/dataset/dataset.h"
#include "kaito/runtime/dataset/dataset_files.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/dataset/row_encoder.h"

namespace kaito::runtime {
namespace {

// Random().Split() of a seed: epochs have the small numbers.
constexpr uint64_t kSplitStream = uint64_t{1} << 40;

// A key that the schema keeps without a field of its own; "" where absent.
absl::StatusOr<std::string> Word(const json::Object& others,
                                 absl::string_view key) {
  const json::Value* value = others.Find(key);
  if (value == nullptr || value->is_null()) return std::string();
  if (value->string() != nullptr) return *value->string();
  return absl::InvalidArgumentError(absl::StrCat(
      "TrainingArguments.", key, ": want a string, got ", value->type_name()));
}

absl::Status SetDataset(const api::DatasetConfig& config, bool kaito,
                        DataSettings* out) {
  // Always below the volume, as KAITO has it: "/train.jsonl" is a file there.
  absl::string_view path = config.dataset_path;
  while (!path.empty() && path.front() == '/') path.remove_prefix(1);
  out->path = std::string(api::kDataDir);
  if (!path.empty()) {
    absl::StatusOr<std::string> joined = JoinUnder("/mnt", path);
    if (!joined.ok()) {
      return Annotate(joined.status(), "DatasetConfig.dataset_path");
    }
    out->path = *std::move(joined);
  }
  if (!config.dataset_extension.empty()) {
    absl::StatusOr<DataFormat> format =
        ParseDataFormat(config.dataset_extension);
    if (!format.ok()) {
      return Annotate(format.status(), "DatasetConfig.dataset_extension");
    }
    out->dataset.format = *format;
  }
  out->dataset.first_file_only = kaito;
  // KAITO parses these and then ignores them; here they name columns. A
  // response column alone is the default's "text" and names nothing.
  out->dataset.columns.messages = config.messages_column;
  if (!config.context_column.empty()) {
    out->dataset.columns.prompt = config.context_column;
    out->dataset.columns.completion = config.response_column;
  }
  out->split = {.train_share = config.train_test_split,
                .shuffle = config.shuffle_dataset,
                .seed = static_cast<uint64_t>(config.shuffle_seed)};
  return absl::OkStatus();
}

absl::Status SetEncoder(const api::TrainingArguments& arguments, bool kaito,
                        RowEncoderOptions* out) {
  out->max_length = arguments.max_length;
  out->kaito_labels = kaito;
  out->pairs_as_chat = !kaito;
  if (!arguments.completion_only_loss.value_or(true)) {
    out->completion_only = false;
    out->assistant_only = arguments.assistant_only_loss;
  }
  KAITO_ASSIGN_OR_RETURN(const std::string keep,
                         Word(arguments.others, "truncation_mode"));
  if (keep == "keep_end") {
    out->keep = RowEncoderOptions::Keep::kEnd;
  } else if (!keep.empty() && keep != "keep_start") {
    return absl::InvalidArgumentError(
        absl::StrCat("TrainingArguments.truncation_mode: want keep_start or "
                     "keep_end, got \"",
                     keep, "\""));
  }
  return absl::OkStatus();
}

absl::Status SetBatches(const api::TrainingArguments& arguments,
                        BatchOptions* out) {
  *out = {.rows_per_batch = arguments.per_device_train_batch_size,
          .accumulation = arguments.gradient_accumulation_steps,
          .epochs = arguments.num_train_epochs,
          .max_steps = std::max<int64_t>(arguments.max_steps, 0),
          .group_by_length = arguments.group_by_length,
          .seed = static_cast<uint64_t>(arguments.seed)};
  if (!arguments.packing) return absl::OkStatus();
  KAITO_ASSIGN_OR_RETURN(const std::string strategy,
                         Word(arguments.others, "packing_strategy"));
  absl::StatusOr<Packing> packing =
      ParsePackingStrategy(strategy.empty() ? "bfd" : strategy);
  if (!packing.ok()) return Annotate(packing.status(), "TrainingArguments");
  if (arguments.max_length <= 0) {
    return absl::InvalidArgumentError(
        "TrainingArguments.packing: needs a max_length, the length of a row");
  }
  out->packing = *packing;
  out->packed_length = arguments.max_length;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<DataSettings> DataSettingsOf(
    const api::TrainingConfig& config, const DataSettingsOptions& options) {
  DataSettings out;
  KAITO_RETURN_IF_ERROR(SetDataset(config.dataset, options.kaito, &out));
  KAITO_RETURN_IF_ERROR(
      SetEncoder(config.arguments, options.kaito, &out.encoder));
  KAITO_RETURN_IF_ERROR(SetBatches(config.arguments, &out.batches));
  // These cut or join documents themselves, so nothing may be cut off before.
  if (out.batches.packing == Packing::kBestFitSplit ||
      out.batches.packing == Packing::kWrapped) {
    out.encoder.max_length = 0;
  }
  return out;
}

absl::StatusOr<SplitRows> Split(std::vector<EncodedRow> rows,
                                const SplitSettings& settings) {
  if (!(settings.train_share > 0 && settings.train_share <= 1)) {
    return absl::InvalidArgumentError(
        absl::StrCat("DatasetConfig.train_test_split: want a number above 0, "
                     "up to 1, got ",
                     settings.train_share));
  }
  SplitRows out;
  const auto n = static_cast<int64_t>(rows.size());
  const auto eval = static_cast<int64_t>(
      std::ceil((1 - settings.train_share) * static_cast<double>(n)));
  if (eval == 0) {
    out.train = std::move(rows);
    return out;
  }
  if (eval >= n) {
    return absl::InvalidArgumentError(absl::StrCat(
        "DatasetConfig.train_test_split: of ", n, " usable rows ",
        settings.train_share, " leaves none to train on; set it to 1"));
  }
  std::vector<int64_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0);
  if (settings.shuffle) {
    Random random = Random(settings.seed).Split(kSplitStream);
    random.Shuffle(std::span<int64_t>(order));
  }
  std::vector<bool> evaluates(rows.size());
  for (int64_t i = n - eval; i < n; ++i) evaluates[order[i]] = true;
  for (size_t i = 0; i < rows.size(); ++i) {
    (evaluates[i] ? out.eval : out.train).push_back(std::move(rows[i]));
  }
  return out;
}

}  // namespace kaito::runtime
