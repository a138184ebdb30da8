#include "kaito/runtime/serve/http/kaito_reply.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/http/error_reply.h"

namespace kaito::runtime::serve {

class KaitoReply::Listener final : public GenerationListener {
 public:
  explicit Listener(std::shared_ptr<KaitoReply> reply)
      : reply_(std::move(reply)) {}
  void OnPiece(GenerationPiece piece) override { reply_->text_ += piece.text; }
  void OnEnd(GenerationEnd end) override { reply_->OnEnd(end); }

 private:
  // Shared with the handler, until it has submitted.
  std::shared_ptr<KaitoReply> reply_;
};

KaitoReply::KaitoReply(http::ResponseWriter writer, std::string prefix)
    : writer_(std::move(writer)), text_(std::move(prefix)) {}

std::shared_ptr<KaitoReply> KaitoReply::Create(http::ResponseWriter writer,
                                               std::string prefix) {
  return std::shared_ptr<KaitoReply>(
      new KaitoReply(std::move(writer), std::move(prefix)));
}

std::unique_ptr<GenerationListener> KaitoReply::Listen() {
  return std::make_unique<Listener>(shared_from_this());
}

void KaitoReply::Refuse(const absl::Status& why) {
  writer_.Send(KaitoError(why)).IgnoreError();
}

void KaitoReply::OnEnd(const GenerationEnd& end) {
  if (end.reason == FinishReason::kFailed) {
    Refuse(absl::IsResourceExhausted(end.status)
               ? absl::UnavailableError(end.status.message())
               : end.status);
    return;
  }
  writer_
      .Send({.code = 200,
             .headers = {{"Content-Type", "application/json"}},
             .body = json::Write(json::Object({{"Result", text_}}))})
      .IgnoreError();
}

}  // namespace kaito::runtime::serve
