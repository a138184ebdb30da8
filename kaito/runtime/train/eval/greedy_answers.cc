#include "kaito/runtime/train/eval/greedy_answers.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/decoder_backend.h"

namespace kaito::runtime {
namespace {

struct Sequence {
  std::vector<int32_t> pending;  // Tokens that the cache lacks.
  int64_t position = 0;          // Of the first of them.
  std::vector<int32_t> blocks;
  std::vector<int32_t> answer;
  bool done = false;
};

bool IsEnd(const GreedyOptions& options, int32_t id) {
  return std::find(options.eos.begin(), options.eos.end(), id) !=
         options.eos.end();
}

// One step for all that go on.
absl::Status StepAll(const DecoderBackend& backend, const LoraAdapter* adapter,
                     const GreedyOptions& options, KvCache& cache,
                     std::vector<Sequence>& sequences) {
  std::vector<StepRow> rows;
  std::vector<Sequence*> running;
  for (Sequence& sequence : sequences) {
    if (sequence.done) continue;
    running.push_back(&sequence);
    rows.push_back({.ids = sequence.pending,
                    .position = sequence.position,
                    .block_table = sequence.blocks,
                    .adapter = adapter});
  }
  const size_t words = static_cast<size_t>(backend.config().vocab_size);
  std::vector<float> logits(rows.size() * words);
  KAITO_RETURN_IF_ERROR(backend.Step(rows, cache, absl::MakeSpan(logits)));
  for (size_t i = 0; i < running.size(); ++i) {
    Sequence& sequence = *running[i];
    const auto begin = logits.begin() + static_cast<int64_t>(i * words);
    const auto best =
        std::max_element(begin, begin + static_cast<int64_t>(words));
    const int32_t id = static_cast<int32_t>(best - begin);
    sequence.position += static_cast<int64_t>(sequence.pending.size());
    sequence.pending = {id};
    if (IsEnd(options, id)) {
      sequence.done = true;
      continue;
    }
    sequence.answer.push_back(id);
    sequence.done =
        static_cast<int64_t>(sequence.answer.size()) >= options.max_tokens;
  }
  return absl::OkStatus();
}

absl::Status AnswerSome(const DecoderBackend& backend,
                        std::span<const std::vector<int32_t>> prompts,
                        const LoraAdapter* adapter,
                        const GreedyOptions& options,
                        std::vector<std::vector<int32_t>>& answers) {
  const KvCacheOptions layout;
  std::vector<Sequence> sequences;
  int32_t blocks = 0;
  for (const std::vector<int32_t>& prompt : prompts) {
    if (prompt.empty()) return absl::InvalidArgumentError("an empty prompt");
    Sequence& sequence = sequences.emplace_back();
    sequence.pending = prompt;
    const int64_t tokens =
        static_cast<int64_t>(prompt.size()) + options.max_tokens;
    for (int64_t at = 0; at < tokens; at += layout.block_size) {
      sequence.blocks.push_back(blocks++);
    }
  }
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<KvCache> cache,
      backend.NewCache({.blocks = blocks, .block_size = layout.block_size}));
  while (std::any_of(sequences.begin(), sequences.end(),
                     [](const Sequence& s) { return !s.done; })) {
    KAITO_RETURN_IF_ERROR(
        StepAll(backend, adapter, options, *cache, sequences));
  }
  for (Sequence& sequence : sequences) {
    answers.push_back(std::move(sequence.answer));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::vector<int32_t>>> GreedyAnswers(
    const DecoderBackend& backend,
    std::span<const std::vector<int32_t>> prompts, const LoraAdapter* adapter,
    const GreedyOptions& options) {
  std::vector<std::vector<int32_t>> answers;
  const size_t together =
      static_cast<size_t>(std::max<int64_t>(1, options.together));
  for (size_t at = 0; at < prompts.size(); at += together) {
    KAITO_RETURN_IF_ERROR(AnswerSome(
        backend, prompts.subspan(at, std::min(together, prompts.size() - at)),
        adapter, options, answers));
  }
  return answers;
}

}  // namespace kaito::runtime
