// Any text as a template over a small conversation: it must end, within its
// limits, in valid UTF-8 or in an error that names a line; and its mask in
// spans that lie inside the text.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/assistant_mask.h"
#include "kaito/runtime/chat_template/chat_template.h"
#include "kaito/runtime/chat_template/json_value.h"
#include "kaito/runtime/chat_template/limits.h"
#include "kaito/runtime/chat_template/template_error.h"
#include "kaito/runtime/chat_template/text_span.h"
#include "kaito/runtime/chat_template/utf8.h"

namespace {

using ::kaito::runtime::ChatInput;
using ::kaito::runtime::ChatTemplate;

const ChatInput& Input() {
  static auto* const arena = new ::kaito::runtime::jinja::Arena(1 << 20);
  static const auto* const input = [] {
    const auto json = [](absl::string_view text) {
      return *::kaito::runtime::jinja::ParseJsonValue(text, *arena);
    };
    auto* const made = new ChatInput;
    made->messages = json(
        R"([{"role":"user","content":"Hé {{ x }}"},
            {"role":"assistant","content":"a\nb","tool_calls":[{"n":1.5}]},
            {"role":"user","content":[{"type":"text","text":"t"}]}])");
    made->tools = json(R"([{"name":"f","parameters":{"k":[null,true]}}])");
    made->variables = json(R"({"bos_token":"<s>","eos_token":"</s>","n":3})");
    made->now = absl::CivilSecond(2024, 7, 26, 10, 20, 30);
    return made;
  }();
  return *input;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  const kaito::runtime::TemplateLimits limits = {.max_work = 200'000,
                                                 .max_memory_bytes = 8 << 20,
                                                 .max_output_bytes = 1 << 20};
  const auto chat = ChatTemplate::Parse(text, limits);
  if (!chat.ok()) {
    if (!kaito::runtime::TemplateErrorOf(chat.status())) std::abort();
    return 0;
  }
  const absl::StatusOr<std::string> rendered = chat->Render(Input());
  if (rendered.ok()) {
    if (!kaito::runtime::jinja::IsValidUtf8(*rendered)) std::abort();
  } else if (!kaito::runtime::TemplateErrorOf(rendered.status())) {
    std::abort();
  }
  const auto masked = kaito::runtime::RenderWithMask(*chat, Input());
  if (!masked.ok()) return 0;
  const auto length = static_cast<int64_t>(masked->text.size());
  for (const kaito::runtime::TextSpan& span : masked->assistant) {
    if (span.begin < 0 || span.begin > span.end) std::abort();
    // Inside a macro a generation block's place is that of the text so far.
    if (!chat->has_generation_blocks() && span.end > length) std::abort();
  }
  return 0;
}
