#ifndef KAITO_RUNTIME_SERVE_ENGINE_SEQUENCE_H_
#define KAITO_RUNTIME_SERVE_ENGINE_SEQUENCE_H_

// Sequence: one answer in the making: its tokens, how the next one is chosen,
// what of its text has been told, and when it ends. The engine owns one per
// submission; no thread, no clock.
//
//   Sequence sequence(std::move(submission), tokenizer, eos_ids);
//   if (sequence.Advance(logits, scratch)) sequence.Finish();

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/engine/stop_matcher.h"
#include "kaito/runtime/serve/engine/token_sampler.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime::serve {

class Sequence {
 public:
  // `tokenizer` and `eos_ids` outlive it.
  Sequence(Submission submission, const Tokenizer& tokenizer,
           std::span<const int32_t> eos_ids);

  // Chooses the next token from the logits after the last one, and tells the
  // listener of new text. True where the answer has come to its end, by itself
  // or by a failure of the logits; then comes Finish().
  bool Advance(std::span<const float> logits, SamplerScratch& scratch);
  // Ends it from outside.
  void Fail(absl::Status why);
  // Tells the listener of the end. Nothing comes after it.
  void Finish();

  const GenerationRequest& request() const { return request_; }
  // Prompt and answer.
  std::span<const int32_t> ids() const { return ids_; }
  int64_t prompt_tokens() const {
    return static_cast<int64_t>(request_.prompt.size());
  }
  int64_t answer_tokens() const {
    return static_cast<int64_t>(ids_.size()) - prompt_tokens();
  }
  FinishReason reason() const { return end_.reason; }

  // When it came, first took part in a step, and got tokens; the engine's.
  struct Times {
    SteadyTime submitted;
    std::optional<SteadyTime> started;
    std::optional<SteadyTime> first_token;
    SteadyTime last_token;
  };
  Times times;

 private:
  bool EndsWith(int32_t id);
  // Returns whether a stop string was found.
  bool AddText(const std::string& text);
  void Tell(bool at_end);

  GenerationRequest request_;
  std::unique_ptr<GenerationListener> listener_;
  std::span<const int32_t> eos_ids_;
  std::vector<int32_t> forbidden_;  // While there are too few tokens.
  TokenSampler sampler_;
  StreamDecoder decoder_;
  StopMatcher matcher_;
  std::vector<int32_t> ids_;
  GenerationPiece piece_;  // Not yet told.
  GenerationEnd end_;
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_ENGINE_SEQUENCE_H_
