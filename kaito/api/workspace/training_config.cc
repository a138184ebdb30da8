#include "kaito/api/workspace/training_config.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/base/file/path.h"
#include "kaito/base/flags/nearest_name.h"
#include "kaito/base/json/value.h"

namespace kaito::api {
namespace {

constexpr absl::string_view kPath = "tuning.Config";

constexpr absl::string_view kSections[] = {
    "ModelConfig",       "QuantizationConfig", "LoraConfig",
    "TrainingArguments", "DatasetConfig",      "DataCollator"};

// What a pod has below /mnt besides the results (docs/contract.md).
constexpr absl::string_view kMnt = "/mnt";
constexpr absl::string_view kMounts[] = {"/mnt/adapter", "/mnt/config",
                                         "/mnt/data", "/mnt/secrets"};

class Checker {
 public:
  Checker(TuningMethod method, absl::string_view config_map)
      : method_(method), config_map_(config_map) {}

  void Check(const json::Value& config) {
    const json::Value* sections = config.Find("training_config");
    if (sections == nullptr || !sections->is_object()) {
      return Add("", "a map under the key training_config is expected");
    }
    for (const json::Member& section : *sections->object()) {
      CheckSection(section);
    }
    CheckQuantization(sections->Find("QuantizationConfig"));
    const json::Value* output_dir =
        sections->FindPath({"TrainingArguments", "output_dir"});
    if (output_dir != nullptr && !output_dir->is_null()) {
      CheckOutputDir(*output_dir);
    }
  }

  FieldErrors Take() && { return std::move(errors_); }

 private:
  void Add(absl::string_view where, absl::string_view problem) {
    errors_.Invalid(kPath,
                    absl::StrCat("training_config.yaml of ConfigMap ",
                                 QuoteForMessage(config_map_), ": ", where,
                                 where.empty() ? "" : ": ", problem));
  }

  void CheckSection(const json::Member& section) {
    const std::vector<std::string> known(std::begin(kSections),
                                         std::end(kSections));
    if (std::find(known.begin(), known.end(), section.name) == known.end()) {
      const std::string nearest = NearestName(section.name, known);
      return Add(
          QuoteForMessage(section.name),
          nearest.empty()
              ? absl::StrCat("unknown section: use ",
                             absl::StrJoin(known, ", "))
              : absl::StrCat("unknown section; did you mean ", nearest, "?"));
    }
    if (!section.value.is_object() && !section.value.is_null()) {
      Add(section.name,
          absl::StrCat("expected a map, found ", section.value.type_name()));
    }
  }

  // nullopt where the flag has a wrong type, which is reported.
  std::optional<bool> Flag(const json::Value* section, absl::string_view name) {
    const json::Value* flag =
        section == nullptr ? nullptr : section->Find(name);
    if (flag == nullptr || flag->is_null()) return false;
    const std::optional<bool> value = flag->boolean();
    if (!value) {
      Add(absl::StrCat("QuantizationConfig.", name),
          absl::StrCat("expected true or false, found ", flag->type_name()));
    }
    return value;
  }

  void CheckQuantization(const json::Value* section) {
    const std::optional<bool> in_4bit = Flag(section, "load_in_4bit");
    const std::optional<bool> in_8bit = Flag(section, "load_in_8bit");
    if (!in_4bit || !in_8bit) return;
    constexpr absl::string_view kWhere = "QuantizationConfig";
    if (*in_4bit && *in_8bit) {
      Add(kWhere, "load_in_4bit and load_in_8bit exclude each other: keep one");
    }
    if (method_ == TuningMethod::kLora && (*in_4bit || *in_8bit)) {
      Add(kWhere,
          "method lora trains on the unquantised model: set load_in_4bit and "
          "load_in_8bit to false, or use method qlora");
    }
    if (method_ == TuningMethod::kQlora && !*in_4bit && !*in_8bit) {
      Add(kWhere,
          "method qlora trains on a quantised model: set load_in_4bit to "
          "true, or use method lora");
    }
  }

  void CheckOutputDir(const json::Value& output_dir) {
    constexpr absl::string_view kWhere = "TrainingArguments.output_dir";
    const std::string* text = output_dir.string();
    if (text == nullptr) {
      return Add(kWhere, absl::StrCat("expected a string, found ",
                                      output_dir.type_name()));
    }
    const absl::StatusOr<std::string> dir = ResolveOutputDir(*text);
    if (!dir.ok()) Add(kWhere, dir.status().message());
  }

  const TuningMethod method_;
  const absl::string_view config_map_;
  FieldErrors errors_;
};

}  // namespace

FieldErrors ValidateTrainingConfig(const json::Value& config,
                                   TuningMethod method,
                                   absl::string_view config_map) {
  Checker checker(method, config_map);
  checker.Check(config);
  return std::move(checker).Take();
}

absl::StatusOr<std::string> ResolveOutputDir(absl::string_view output_dir) {
  const auto bad = [&](absl::string_view problem) {
    return absl::InvalidArgumentError(
        absl::StrCat(QuoteForMessage(output_dir), " ", problem));
  };
  if (std::any_of(output_dir.begin(), output_dir.end(), [](char c) {
        return absl::ascii_iscntrl(static_cast<unsigned char>(c));
      })) {
    return bad("has a control character: write a plain path below /mnt");
  }
  const bool in_full =
      output_dir == kMnt || absl::StartsWith(output_dir, "/mnt/");
  const std::string path = CleanPath(
      in_full ? std::string(output_dir) : absl::StrCat(kMnt, "/", output_dir));
  if (!IsUnder(kMnt, path)) {
    return bad("leaves /mnt: write a folder below it, as in /mnt/results");
  }
  if (path == kMnt) {
    return bad("is /mnt itself: write a folder below it, as in /mnt/results");
  }
  for (absl::string_view mount : kMounts) {
    if (IsUnder(mount, path)) {
      return bad(absl::StrCat("lies in ", mount,
                              ", which the pod needs for something else: "
                              "write another folder, as in /mnt/results"));
    }
  }
  return path;
}

}  // namespace kaito::api
