#ifndef KAITO_RUNTIME_SERVE_HTTP_OPENAI_FORMAT_H_
#define KAITO_RUNTIME_SERVE_HTTP_OPENAI_FORMAT_H_

// The answers of /v1/chat/completions and /v1/completions: whole, and as events
// of a stream.
//
//   const OpenAiFormat format(tokenizer, {.chat = true, .id = id, ...});
//   stream.Write(ServerSentEvent(format.Piece(0, piece, offset)));
//   stream.Write(ServerSentEvent("[DONE]"));
//
// Pure.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/engine/token_sampler.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime::serve {

// "data: …", and the empty line that ends an event. `data` has no line feed.
std::string ServerSentEvent(absl::string_view data);

struct Usage {
  int64_t prompt_tokens = 0;
  int64_t completion_tokens = 0;
};

struct FinishedChoice {
  std::string text;
  std::vector<SampledToken> tokens;  // Where log-probabilities are wanted.
  GenerationEnd end;
};

class OpenAiFormat {
 public:
  struct Options {
    bool chat = true;
    bool logprobs = false;
    std::string id;
    std::string model;
    int64_t created = 0;  // Unix seconds.
  };

  // `tokenizer` outlives it.
  OpenAiFormat(const Tokenizer& tokenizer, Options options);

  std::string Whole(std::span<const FinishedChoice> choices,
                    const Usage& usage) const;

  // Of a stream. The first event of each choice of a chat:
  std::string Role(int64_t index) const;
  // `text_offset`: bytes of the answer before the piece.
  std::string Piece(int64_t index, const GenerationPiece& piece,
                    int64_t text_offset) const;
  std::string End(int64_t index, const GenerationEnd& end) const;
  std::string OnlyUsage(const Usage& usage) const;

 private:
  json::Object Head(bool chunk) const;
  json::Value Logprobs(std::span<const SampledToken> tokens,
                       int64_t text_offset) const;
  json::Value ChatLogprob(int32_t id, double logprob) const;
  std::string TokenText(int32_t id) const;
  std::string Chunk(json::Object choice) const;

  const Tokenizer* tokenizer_;
  Options options_;
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_HTTP_OPENAI_FORMAT_H_
