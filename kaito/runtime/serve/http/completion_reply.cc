#include "kaito/runtime/serve/http/completion_reply.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/engine/token_sampler.h"
#include "kaito/runtime/serve/http/error_reply.h"
#include "kaito/runtime/serve/http/openai_format.h"

namespace kaito::runtime::serve {

class CompletionReply::Listener final : public GenerationListener {
 public:
  Listener(std::shared_ptr<CompletionReply> reply, int64_t index)
      : reply_(std::move(reply)), index_(index) {}
  void OnPiece(GenerationPiece piece) override {
    reply_->OnPiece(index_, std::move(piece));
  }
  void OnEnd(GenerationEnd end) override {
    reply_->OnEnd(index_, std::move(end));
  }

 private:
  // Shared by the listeners of all choices.
  std::shared_ptr<CompletionReply> reply_;
  int64_t index_;
};

std::shared_ptr<CompletionReply> CompletionReply::Create(
    http::ResponseWriter writer, OpenAiFormat format, StopSource stop,
    Options options) {
  return std::shared_ptr<CompletionReply>(
      new CompletionReply(std::move(writer), std::move(format), std::move(stop),
                          std::move(options)));
}

CompletionReply::CompletionReply(http::ResponseWriter writer,
                                 OpenAiFormat format, StopSource stop,
                                 Options options)
    : writer_(std::move(writer)),
      format_(std::move(format)),
      stop_(std::move(stop)),
      options_(std::move(options)) {
  const size_t choices = static_cast<size_t>(options_.prompts * options_.n);
  choices_.resize(choices);
  begun_.resize(choices, false);
  told_bytes_.resize(choices, 0);
}

std::unique_ptr<GenerationListener> CompletionReply::Listen(int64_t index) {
  return std::make_unique<Listener>(shared_from_this(), index);
}

void CompletionReply::Refuse(const absl::Status& why) {
  over_ = true;
  writer_.Send(OpenAiError(why)).IgnoreError();
}

void CompletionReply::WriteEvent(const std::string& data) {
  if (over_) return;
  if (!stream_.has_value()) {
    absl::StatusOr<http::BodyStream> stream = writer_.Stream(
        200,
        {{"Content-Type", "text/event-stream"}, {"Cache-Control", "no-cache"}});
    if (stream.ok()) stream_.emplace(*std::move(stream));
  }
  if (stream_.has_value() && stream_->TryWrite(ServerSentEvent(data)).ok()) {
    return;
  }
  // The client has gone, or reads too slowly.
  over_ = true;
  stream_.reset();
  stop_.RequestStop(absl::CancelledError("the client does not read"));
}

void CompletionReply::BeginChoice(int64_t index) {
  const size_t i = static_cast<size_t>(index);
  if (begun_[i]) return;
  begun_[i] = true;
  if (options_.chat) WriteEvent(format_.Role(index));
  if (!options_.echo.empty()) {
    const std::string& prompt =
        options_.echo[static_cast<size_t>(index / options_.n)];
    WriteEvent(format_.Piece(index, {.text = prompt, .tokens = {}}, 0));
  }
}

void CompletionReply::OnPiece(int64_t index, GenerationPiece piece) {
  const size_t i = static_cast<size_t>(index);
  if (options_.stream) {
    BeginChoice(index);
    WriteEvent(format_.Piece(index, piece, told_bytes_[i]));
    told_bytes_[i] += static_cast<int64_t>(piece.text.size());
    return;
  }
  FinishedChoice& choice = choices_[i];
  choice.text += piece.text;
  for (SampledToken& token : piece.tokens) {
    choice.tokens.push_back(std::move(token));
  }
}

void CompletionReply::OnEnd(int64_t index, GenerationEnd end) {
  FinishedChoice& choice = choices_[static_cast<size_t>(index)];
  choice.end = std::move(end);
  ++ended_;
  if (choice.end.reason == FinishReason::kFailed) {
    Fail(choice.end.status);
    return;
  }
  if (options_.stream) {
    BeginChoice(index);
    WriteEvent(format_.End(index, choice.end));
  }
  if (ended_ == static_cast<int64_t>(choices_.size())) FinishAll();
}

void CompletionReply::Fail(const absl::Status& why) {
  if (over_) return;
  // Out of memory in a step is no full queue.
  const absl::Status told = absl::IsResourceExhausted(why)
                                ? absl::UnavailableError(why.message())
                                : why;
  if (stream_.has_value()) {
    WriteEvent(OpenAiErrorBody(told));
    WriteEvent("[DONE]");
    if (!over_) stream_->Finish().IgnoreError();
  } else {
    writer_.Send(OpenAiError(told)).IgnoreError();
  }
  over_ = true;
  stream_.reset();
  // The other choices have nobody to talk to.
  stop_.RequestStop(absl::CancelledError("another choice failed"));
}

Usage CompletionReply::TotalUsage() const {
  Usage usage;
  for (size_t i = 0; i < choices_.size(); ++i) {
    const GenerationEnd& end = choices_[i].end;
    usage.completion_tokens += static_cast<int64_t>(end.ids.size());
    if (static_cast<int64_t>(i) % options_.n == 0) {
      usage.prompt_tokens += end.prompt_tokens;
    }
  }
  return usage;
}

void CompletionReply::FinishAll() {
  if (over_) return;
  if (options_.stream) {
    if (options_.include_usage) WriteEvent(format_.OnlyUsage(TotalUsage()));
    WriteEvent("[DONE]");
    if (!over_) stream_->Finish().IgnoreError();
    return;
  }
  for (size_t i = 0; i < choices_.size() && !options_.echo.empty(); ++i) {
    choices_[i].text.insert(0,
                            options_.echo[i / static_cast<size_t>(options_.n)]);
  }
  writer_
      .Send({.code = 200,
             .headers = {{"Content-Type", "application/json"}},
             .body = format_.Whole(choices_, TotalUsage())})
      .IgnoreError();
}

}  // namespace kaito::runtime::serve
