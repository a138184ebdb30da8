#ifndef KAITO_RUNTIME_SERVE_HTTP_KAITO_REPLY_H_
#define KAITO_RUNTIME_SERVE_HTTP_KAITO_REPLY_H_

// KaitoReply: collects the text of one sequence and answers POST /chat with it:
// {"Result": …}, or {"detail": …} where it failed.
//
//   auto reply = KaitoReply::Create(std::move(writer), /*prefix=*/"");
//   submission.listener = reply->Listen();
//   const absl::Status status = engine.Submit(…);
//   if (!status.ok()) reply->Refuse(status);

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/runtime/serve/engine/generation.h"

namespace kaito::runtime::serve {

class KaitoReply : public std::enable_shared_from_this<KaitoReply> {
 public:
  // The result begins with `prefix`.
  static std::shared_ptr<KaitoReply> Create(http::ResponseWriter writer,
                                            std::string prefix);

  std::unique_ptr<GenerationListener> Listen();
  void Refuse(const absl::Status& why);

 private:
  class Listener;

  KaitoReply(http::ResponseWriter writer, std::string prefix);
  void OnEnd(const GenerationEnd& end);

  http::ResponseWriter writer_;
  std::string text_;
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_HTTP_KAITO_REPLY_H_
