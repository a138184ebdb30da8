#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_TEMPLATE_ERROR_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_TEMPLATE_ERROR_H_

// What went wrong in a chat template, and where. It travels inside the
// absl::Status that ChatTemplate returns, for those who show the template's own
// words apart from ours (`runtime render`).
//
//   absl::StatusOr<std::string> text = chat_template.Render(input);
//   if (!text.ok()) {
//     if (const auto error = TemplateErrorOf(text.status())) {
//       Show(error->message, error->line);
//     }
//   }

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"

namespace kaito::runtime {

struct TemplateError {
  enum class Kind : uint8_t {
    kSyntax,   // Refused before rendering.
    kRaised,   // The template called raise_exception; `message` is its text.
    kFailed,   // What Python or Jinja would raise: types, undefined values ...
    kRefused,  // The sandbox, or something that would make rendering impure.
    kLimit,    // More work, memory, output or depth than a template may take.
  };

  Kind kind = Kind::kFailed;
  int64_t line = 0;  // From 1; 0 where none is known.
  std::string message;
};

// ResourceExhausted for limits, InvalidArgument for the rest; the text is
// "chat template, line 3: ..." on one line.
absl::Status ToStatus(const TemplateError& error);

// nullopt where the status isn't of ToStatus.
std::optional<TemplateError> TemplateErrorOf(const absl::Status& status);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_TEMPLATE_ERROR_H_
