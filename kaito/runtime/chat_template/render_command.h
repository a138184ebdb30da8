#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_RENDER_COMMAND_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_RENDER_COMMAND_H_

// What `runtime render` does with each line of its input: JSON in, JSON out.
//
//   {"messages":[...],"tools":...,"documents":...,"add_generation_prompt":bool,
//    "continue_final_message":bool,"kwargs":{...},"now":"2024-07-26T10:20:30",
//    "template":"file" | "template_text":"...","mask":bool}
//   -> {"text":...}, with "mask" and a tokenizer also "ids" and
//      "assistant_mask"; with "mask" alone "assistant_spans", [begin, end) in
//      code points of the text
//   -> {"error":...,"line":N}
//
// An error of the template is its own message (of raise_exception, exactly that
// text) and its line there. An error of the request begins with "input" and has
// the line number of the request.
//
// Pure but for `read_template`; main gives it files and clock.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "kaito/runtime/chat_template/assistant_mask.h"
#include "kaito/runtime/chat_template/chat_template.h"

namespace kaito::runtime {

class RenderCommand {
 public:
  struct TokenMask {
    std::vector<int64_t> ids;
    std::vector<bool> assistant;  // One for each id.
  };

  struct Options {
    // --template, or the model's own.
    std::optional<std::string> template_text;
    // The model's special tokens as a JSON object; kwargs win over them.
    std::string variables_json = "{}";
    // For lines without "now".
    absl::CivilSecond now;
    // For lines with "template".
    std::function<absl::StatusOr<std::string>(absl::string_view path)>
        read_template;
    // The model's tokenizer; null without a model.
    std::function<absl::StatusOr<TokenMask>(const MaskedChat& chat)> tokenize;
  };

  explicit RenderCommand(Options options) : options_(std::move(options)) {}

  // One line of output, without its end, for one of input; `number` counts the
  // input's lines from 1.
  std::string Process(absl::string_view line, int64_t number);

 private:
  struct Request;
  absl::StatusOr<std::string> Answer(absl::string_view line);
  absl::StatusOr<const ChatTemplate*> TemplateFor(const Request& request);

  const Options options_;
  // Parsed once each; emptied when it gets large.
  absl::flat_hash_map<std::string, std::unique_ptr<ChatTemplate>> templates_;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_RENDER_COMMAND_H_
