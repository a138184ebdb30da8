#ifndef KAITO_RUNTIME_TRAIN_EVAL_GREEDY_ANSWERS_H_
#define KAITO_RUNTIME_TRAIN_EVAL_GREEDY_ANSWERS_H_

// The likeliest continuation of many prompts, some at a time: for judging a
// tuned model. Serving is serve/engine's.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const std::vector<std::vector<int32_t>> answers,
//       GreedyAnswers(*backend, prompts, &adapter, {.eos = eos}));

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/decoder_backend.h"

namespace kaito::runtime {

struct GreedyOptions {
  std::vector<int64_t>
      eos;  // Any of them ends an answer, and is not part of it.
  int64_t max_tokens = 56;
  int64_t together = 32;  // Prompts of one step.
};

// None of the prompts is empty. A null adapter is the bare base.
absl::StatusOr<std::vector<std::vector<int32_t>>> GreedyAnswers(
    const DecoderBackend& backend,
    std::span<const std::vector<int32_t>> prompts, const LoraAdapter* adapter,
    const GreedyOptions& options);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_EVAL_GREEDY_ANSWERS_H_
