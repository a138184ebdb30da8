#include "kaito/runtime/serve/commands/generate_lines.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/notification.h"
#include "kaito/runtime/serve/commands/line_input.h"
#include "kaito/runtime/serve/engine/engine.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/http/chat_prompt.h"

namespace kaito::runtime::serve {
namespace {

struct Answer {
  std::string text;
  GenerationEnd end;
  Notification ended;
};

class Listener final : public GenerationListener {
 public:
  explicit Listener(std::shared_ptr<Answer> answer)
      : answer_(std::move(answer)) {}
  void OnPiece(GenerationPiece piece) override { answer_->text += piece.text; }
  void OnEnd(GenerationEnd end) override {
    answer_->end = std::move(end);
    answer_->ended.Notify();
  }

 private:
  // Shared with who waits for it.
  std::shared_ptr<Answer> answer_;
};

absl::StatusOr<json::Object> Generate(Engine& engine, const ChatPrompt& prompts,
                                      const GenerationRequest& wanted,
                                      absl::string_view line, absl::Time now) {
  KAITO_ASSIGN_OR_RETURN(
      LineInput input,
      ReadLineInput(line, prompts,
                    {.add_generation_prompt = true, .now = now}));
  const auto answer = std::make_shared<Answer>();
  std::vector<Submission> together(1);
  together[0].request = wanted;
  const int64_t left =
      engine.max_model_len() - static_cast<int64_t>(input.ids.size());
  together[0].request.max_tokens =
      std::max<int64_t>(1, std::min(wanted.max_tokens, left));
  together[0].request.prompt = std::move(input.ids);
  together[0].listener = std::make_unique<Listener>(answer);
  KAITO_RETURN_IF_ERROR(engine.Submit(std::move(together)));
  answer->ended.Wait();
  if (answer->end.reason == FinishReason::kFailed) return answer->end.status;
  json::Array ids;
  for (const int32_t id : answer->end.ids) ids.emplace_back(int64_t{id});
  json::Object made;
  made["finish_reason"] =
      answer->end.reason == FinishReason::kStop ? "stop" : "length";
  made["ids"] = std::move(ids);
  made["text"] = std::move(answer->text);
  return made;
}

}  // namespace

std::string GenerateLine(Engine& engine, const ChatPrompt& prompts,
                         const GenerationRequest& wanted,
                         absl::string_view line, absl::Time now) {
  absl::StatusOr<json::Object> made =
      Generate(engine, prompts, wanted, line, now);
  if (made.ok()) return json::Write(*std::move(made));
  return absl::StrCat("{\"error\":", json::Quote(made.status().message()), "}");
}

}  // namespace kaito::runtime::serve
