#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_MODEL_TEMPLATE_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_MODEL_TEMPLATE_H_

// The chat template that a model's directory holds, and the variables that
// every rendering of it gets: its special tokens.
//
//   KAITO_ASSIGN_OR_RETURN(const ModelTemplate model,
//                          LoadModelTemplate(model_dir));
//   if (!model.text.has_value()) ...   // A base model, say.
//   KAITO_ASSIGN_OR_RETURN(const ChatTemplate chat,
//                          ChatTemplate::Parse(*model.text));

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"

namespace kaito::runtime {

struct ModelTemplate {
  // nullopt where the model has none.
  std::optional<std::string> text;
  // bos_token, eos_token and the like, as text.
  json::Object variables;
};

// chat_template.jinja wins over tokenizer_config.json, as in transformers; of a
// list of named templates, "default". InvalidArgument names the file.
absl::StatusOr<ModelTemplate> LoadModelTemplate(absl::string_view directory);

// The text of a template that a user states: one that holds "{", "}" or a line
// feed is the template, anything else its file (KAITO's rule).
absl::StatusOr<std::string> StatedTemplate(const std::string& stated);

// What LoadModelTemplate() makes of the contents of the two files, either of which may be empty.
absl::StatusOr<ModelTemplate> ParseModelTemplate(
    absl::string_view chat_template_jinja,
    absl::string_view tokenizer_config_json);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_MODEL_TEMPLATE_H_
