// Any body must be read or refused with a reason that names no more than one
// line; what was read must be within the limits that the rest relies on.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/serve/http/kaito_request.h"
#include "kaito/runtime/serve/http/openai_request.h"

namespace {

using namespace kaito::runtime::serve;  // NOLINT: names of one folder.

void CheckRefusal(const absl::Status& status) {
  if (status.ok()) return;
  if (status.message().empty() || absl::StrContains(status.message(), "\n")) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view body(reinterpret_cast<const char*>(data), size);
  const auto chat = ParseChatCompletionRequest(body);
  CheckRefusal(chat.status());
  if (chat.ok() && (chat->options.n < 1 || chat->options.n > kMaxChoices ||
                    !chat->chat.has_messages())) {
    std::abort();
  }
  const auto text = ParseTextCompletionRequest(body);
  CheckRefusal(text.status());
  if (text.ok() &&
      (text->prompts.empty() ||
       static_cast<int64_t>(text->prompts.size()) * text->options.n >
           kMaxChoices)) {
    std::abort();
  }
  const auto kaito = ParseKaitoRequest(body);
  CheckRefusal(kaito.status());
  if (kaito.ok()) {
    CheckRefusal(
        MakeKaitoGeneration(*kaito, {.max_model_len = 100, .prompt_tokens = 5})
            .status());
  }
  CheckRefusal(ParseTokenizeRequest(body).status());
  CheckRefusal(ParseDetokenizeRequest(body).status());
  CheckRefusal(ParseLoadAdapterRequest(body).status());
  return 0;
}
