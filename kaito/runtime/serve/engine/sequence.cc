#include "kaito/runtime/serve/engine/sequence.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/engine/token_sampler.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime::serve {

Sequence::Sequence(Submission submission, const Tokenizer& tokenizer,
                   std::span<const int32_t> eos_ids)
    : request_(std::move(submission.request)),
      listener_(std::move(submission.listener)),
      eos_ids_(eos_ids),
      sampler_(request_.sampling, request_.prompt),
      decoder_(tokenizer,
               {.skip_special_tokens = request_.skip_special_tokens}),
      matcher_(request_.stop, request_.include_stop),
      ids_(request_.prompt) {
  if (request_.min_tokens > 0) {
    forbidden_ = request_.stop_ids;
    forbidden_.insert(forbidden_.end(), eos_ids.begin(), eos_ids.end());
  }
}

bool Sequence::EndsWith(int32_t id) {
  if (answer_tokens() < request_.min_tokens) return false;
  const std::vector<int32_t>& asked = request_.stop_ids;
  if (std::find(asked.begin(), asked.end(), id) != asked.end()) {
    end_.stopped_by = id;
    return true;
  }
  return !request_.ignore_eos &&
         std::find(eos_ids_.begin(), eos_ids_.end(), id) != eos_ids_.end();
}

bool Sequence::AddText(const std::string& text) {
  if (matcher_.matched().has_value()) return true;
  piece_.text += matcher_.Push(text);
  if (!matcher_.matched().has_value()) return false;
  end_.stopped_by = *matcher_.matched();
  return true;
}

void Sequence::Tell(bool at_end) {
  if (piece_.text.empty() && piece_.tokens.empty()) return;
  // A token whose text is still held back waits for it, so that each piece has
  // something to show.
  if (piece_.text.empty() && !at_end) return;
  listener_->OnPiece(std::exchange(piece_, {}));
}

bool Sequence::Advance(std::span<const float> logits, SamplerScratch& scratch) {
  const bool early = answer_tokens() < request_.min_tokens;
  absl::StatusOr<SampledToken> token = sampler_.Next(
      logits,
      early ? std::span<const int32_t>(forbidden_) : std::span<const int32_t>(),
      scratch);
  if (!token.ok()) {
    Fail(token.status());
    return true;
  }
  const int32_t id = token->id;
  ids_.push_back(id);
  if (request_.sampling.logprobs) piece_.tokens.push_back(*std::move(token));
  const bool last = EndsWith(id);
  bool stopped = false;
  if (!last || request_.include_stop) stopped = AddText(decoder_.Push(id));
  const bool full = answer_tokens() >= request_.max_tokens;
  if (!last && !stopped && !full) {
    Tell(/*at_end=*/false);
    return false;
  }
  // The rest may hold a stop string, too, or the start of one.
  if (!stopped) stopped = AddText(decoder_.Finish());
  if (!stopped) piece_.text += matcher_.Finish();
  end_.reason = last || stopped ? FinishReason::kStop : FinishReason::kLength;
  return true;
}

void Sequence::Fail(absl::Status why) {
  end_.reason = FinishReason::kFailed;
  end_.status = std::move(why);
}

void Sequence::Finish() {
  Tell(/*at_end=*/true);
  end_.prompt_tokens = prompt_tokens();
  end_.ids.assign(ids_.begin() + prompt_tokens(), ids_.end());
  listener_->OnEnd(std::move(end_));
}

}  // namespace kaito::runtime::serve
