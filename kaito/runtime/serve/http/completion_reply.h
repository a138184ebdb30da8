#ifndef KAITO_RUNTIME_SERVE_HTTP_COMPLETION_REPLY_H_
#define KAITO_RUNTIME_SERVE_HTTP_COMPLETION_REPLY_H_

// CompletionReply: collects what the engine tells about the sequences of one
// request of OpenAI's routes, and answers: whole, when all have ended, or as a
// stream of events.
//
//   auto reply = CompletionReply::Create(std::move(writer), format, options);
//   for (int64_t i = 0; i < n; ++i) {
//     submissions[i].listener = reply->Listen(i);
//   }
//   const absl::Status status = engine.Submit(std::move(submissions));
//   if (!status.ok()) reply->Refuse(status);
//
// Once submitted, only the engine's thread uses it, and it never waits: a
// client that reads too slowly to be kept up with is dropped.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/http/openai_format.h"

namespace kaito::runtime::serve {

class CompletionReply : public std::enable_shared_from_this<CompletionReply> {
 public:
  struct Options {
    bool chat = true;
    bool stream = false;
    bool include_usage = false;
    int64_t prompts = 1;
    int64_t n = 1;  // Choices of each prompt; those of one come together.
    // Of each prompt, where the text begins with it.
    std::vector<std::string> echo;
  };

  // `stop` is the request's; it is stopped where the client can't be served any
  // more.
  static std::shared_ptr<CompletionReply> Create(http::ResponseWriter writer,
                                                 OpenAiFormat format,
                                                 StopSource stop,
                                                 Options options);

  // Of one choice.
  std::unique_ptr<GenerationListener> Listen(int64_t index);
  // Where nothing was submitted.
  void Refuse(const absl::Status& why);

 private:
  class Listener;

  CompletionReply(http::ResponseWriter writer, OpenAiFormat format,
                  StopSource stop, Options options);

  void OnPiece(int64_t index, GenerationPiece piece);
  void OnEnd(int64_t index, GenerationEnd end);
  void Fail(const absl::Status& why);
  void FinishAll();
  Usage TotalUsage() const;
  // Starts the stream before its first event.
  void WriteEvent(const std::string& data);
  void BeginChoice(int64_t index);

  http::ResponseWriter writer_;
  std::optional<http::BodyStream> stream_;
  const OpenAiFormat format_;
  StopSource stop_;
  const Options options_;
  std::vector<FinishedChoice> choices_;
  std::vector<bool> begun_;
  std::vector<int64_t> told_bytes_;
  int64_t ended_ = 0;
  bool over_ = false;  // Nothing can be told any more.
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_HTTP_COMPLETION_REPLY_H_
