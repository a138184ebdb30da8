#include "kaito/runtime/chat_template/model_template.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::runtime {
namespace {

constexpr absl::string_view kTemplateFile = "chat_template.jinja";
constexpr absl::string_view kConfigFile = "tokenizer_config.json";
// The largest known ones are 20 KB; a config lists thousands of added tokens.
constexpr int64_t kMaxTemplateBytes = 1 << 20;
constexpr int64_t kMaxConfigBytes = 16 << 20;

// "" where there is no such file.
absl::StatusOr<std::string> ReadIfThere(absl::string_view directory,
                                        absl::string_view name,
                                        int64_t max_bytes) {
  absl::StatusOr<std::string> text =
      ReadFile(JoinPath(directory, name), max_bytes);
  if (absl::IsNotFound(text.status())) return std::string();
  return text;
}

absl::StatusOr<std::optional<std::string>> TemplateOf(
    const json::Value& config) {
  const json::Value* value = config.Find("chat_template");
  if (value == nullptr || value->is_null()) return std::nullopt;
  if (value->string() != nullptr) return *value->string();
  if (value->array() == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(
        kConfigFile, ": chat_template: want a string or a list of named ",
        "templates, got ", value->type_name()));
  }
  for (const json::Value& named : *value->array()) {
    if (named.StringAt({"name"}) != "default") continue;
    return std::string(named.StringAt({"template"}));
  }
  return absl::InvalidArgumentError(absl::StrCat(
      kConfigFile, ": chat_template: no template is named \"default\""));
}

}  // namespace

absl::StatusOr<ModelTemplate> ParseModelTemplate(
    absl::string_view chat_template_jinja,
    absl::string_view tokenizer_config_json) {
  ModelTemplate model;
  if (!tokenizer_config_json.empty()) {
    absl::StatusOr<json::Value> parsed = json::Parse(
        tokenizer_config_json, {.duplicates = json::Duplicates::kLastWins});
    if (!parsed.ok()) return Annotate(parsed.status(), kConfigFile);
    if (parsed->object() == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(
          kConfigFile, ": want an object, got ", parsed->type_name()));
    }
    for (const auto& [name, value] : *parsed->object()) {
      if (!absl::EndsWith(name, "_token")) continue;
      if (value.string() != nullptr) {
        model.variables[name] = *value.string();
      } else if (value.Find("content") != nullptr) {
        model.variables[name] = value.StringAt({"content"});
      }
    }
    KAITO_ASSIGN_OR_RETURN(model.text, TemplateOf(*parsed));
  }
  if (!chat_template_jinja.empty()) {
    model.text = std::string(chat_template_jinja);
  }
  return model;
}

absl::StatusOr<std::string> StatedTemplate(const std::string& stated) {
  if (stated.find_first_of("{}\n") != std::string::npos) return stated;
  return ReadFile(stated, kMaxTemplateBytes);
}

absl::StatusOr<ModelTemplate> LoadModelTemplate(absl::string_view directory) {
  KAITO_ASSIGN_OR_RETURN(
      const std::string text,
      ReadIfThere(directory, kTemplateFile, kMaxTemplateBytes));
  KAITO_ASSIGN_OR_RETURN(const std::string config,
                         ReadIfThere(directory, kConfigFile, kMaxConfigBytes));
  absl::StatusOr<ModelTemplate> model = ParseModelTemplate(text, config);
  if (!model.ok()) return Annotate(model.status(), directory);
  return model;
}

}  // namespace kaito::runtime
