#include "kaito/runtime/commands/data.h"

#include <cstdint>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "kaito/api/job/training_config.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/runtime/chat_template/model_template.h"
#include "kaito/runtime/commands/finish.h"
#include "kaito/runtime/dataset/data_report.h"
#include "kaito/runtime/dataset/data_settings.h"
#include "kaito/runtime/dataset/dataset.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/dataset/row.h"
#include "kaito/runtime/dataset/row_encoder.h"
#include "kaito/runtime/dataset/row_json.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime {
namespace {

// A ConfigMap holds 1 MiB.
constexpr int64_t kMaxConfigBytes = 1 << 20;

enum class Compat { kNone, kKaito };

struct DataFlags {
  std::string config;
  std::vector<std::string> data;
  std::string model;
  int64_t rows = 0;
  bool json = false;
  Compat compat = Compat::kNone;
};

void AddFlags(DataFlags* to, FlagSet* flags) {
  flags->Add("config", &to->config, "training_config.yaml of the tuning.")
      .Value("FILE");
  flags
      ->Add("data", &to->data,
            "File or directory of the data; may be repeated, and wins over "
            "the configuration's.")
      .Value("PATH");
  flags
      ->Add("model", &to->model,
            "Directory of the model, to see tokens; its tokenizer's files are "
            "enough.")
      .Value("DIR");
  flags->Add("rows", &to->rows, "Rows to show token by token.");
  flags->Add("json", &to->json,
             "Prints each usable row as a line of JSON instead.");
  flags->AddEnum("compat", &to->compat,
                 {{"none", Compat::kNone}, {"kaito", Compat::kKaito}},
                 "Whether data are read and labelled as KAITO's own runtime "
                 "does.");
  flags->Example("runtime data --model ./phi --data ./train.jsonl --rows 2");
}

absl::StatusOr<DataSettings> SettingsFor(const DataFlags& flags) {
  api::TrainingConfig config;
  config.arguments.max_length = 0;  // Nothing is cut that nobody asked to.
  if (!flags.config.empty()) {
    KAITO_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(flags.config, kMaxConfigBytes));
    absl::StatusOr<yaml::Document> document = yaml::Parse(text);
    if (!document.ok()) return Annotate(document.status(), flags.config);
    api::FieldErrors errors;
    config = api::ParseTrainingConfig(document->value, errors);
    KAITO_RETURN_IF_ERROR(errors.ToStatus(flags.config));
  } else if (flags.data.empty()) {
    return absl::InvalidArgumentError(
        "give --data, or --config of a training_config.yaml");
  }
  return DataSettingsOf(config, {.kaito = flags.compat == Compat::kKaito});
}

void PrintJson(const Dataset& data) {
  for (const Row& row : data.rows) std::cout << FormatRow(row) << '\n';
  std::cerr << DescribeUnusable(data, data.unusable);
}

absl::Status ShowTokens(const DataFlags& flags, DataSettings settings,
                        const Dataset& data) {
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<const Tokenizer> tokenizer,
                         Tokenizer::Load(flags.model));
  KAITO_ASSIGN_OR_RETURN(const ModelTemplate model_template,
                         LoadModelTemplate(flags.model));
  settings.encoder.now = absl::ToCivilSecond(absl::Now(), absl::UTCTimeZone());
  KAITO_ASSIGN_OR_RETURN(
      const RowEncoder encoder,
      RowEncoder::Make(*tokenizer, model_template, settings.encoder));
  KAITO_ASSIGN_OR_RETURN(const EncodedRows encoded, EncodeRows(encoder, data));
  std::cout << DescribeUnusable(data, encoded.dropped)
            << DescribeTokens(encoded);
  int64_t left = flags.rows;
  for (const EncodedRow& row : encoded.rows) {
    if (left-- <= 0) break;
    std::cout << '\n' << DescribeRow(row, *tokenizer);
  }
  return absl::OkStatus();
}

absl::Status ShowData(std::span<const std::string> args) {
  DataFlags to;
  FlagSet flags("runtime data", "Shows a data set as tuning would see it.");
  AddFlags(&to, &flags);
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return absl::OkStatus();
  }
  KAITO_ASSIGN_OR_RETURN(DataSettings settings, SettingsFor(to));
  if (to.data.empty()) to.data.push_back(settings.path);
  KAITO_ASSIGN_OR_RETURN(const Dataset data,
                         LoadDataset(to.data, settings.dataset));
  if (to.json) {
    PrintJson(data);
  } else {
    std::cout << DescribeFiles(data) << DescribeUnusable(data, data.unusable);
  }
  if (data.rows.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no row to train on of ", data.read(), " read"));
  }
  if (!to.json && !to.model.empty()) {
    KAITO_RETURN_IF_ERROR(ShowTokens(to, std::move(settings), data));
  } else if (!to.json) {
    // Without a tokenizer the rows themselves have to do.
    int64_t left = to.rows;
    for (const Row& row : data.rows) {
      if (left-- <= 0) break;
      std::cout << FormatRow(row) << '\n';
    }
  }
  std::cout.flush();
  return std::cout
             ? absl::OkStatus()
             : absl::UnavailableError("standard output: cannot be written");
}

}  // namespace

int RunDataCommand(std::span<const std::string> args) {
  return FinishCommand("data", ShowData(args));
}

}  // namespace kaito::runtime
