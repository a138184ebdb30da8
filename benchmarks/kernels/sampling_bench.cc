// Microseconds to choose a token from the logits of a vocabulary, on one
// thread, and bytes a second of the embedding's lookup. Numbers are in
// docs/kernels/sampling.md and embedding.md.
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "benchmark/benchmark.h"
#include "benchmarks/kernels/run.h"
#include "kaito/kernels/embedding/embedding.h"
#include "kaito/kernels/sampling/sampling.h"
#include "kaito/kernels/testing/values.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

void Sample(benchmark::State& state, SamplingParams params) {
  const int64_t vocabulary = state.range(0);
  std::vector<float> logits = testing::Values(vocabulary, 1);
  for (float& logit : logits) logit *= 10;
  std::vector<float> probabilities(vocabulary);
  std::vector<int32_t> order(vocabulary);
  params.logits = logits.data();
  params.vocabulary = vocabulary;
  params.probabilities = probabilities.data();
  params.order = order.data();
  RunOnTeam(state, 1, [&](Stream stream) {
    const absl::Status status = SamplingProbabilities(params, stream);
    if (!status.ok()) return status;
    return TokenAt(probabilities, 0.5).status();
  });
}
BENCHMARK_CAPTURE(Sample, greedy, {.temperature = 0})->Arg(32064)->Arg(151936);
BENCHMARK_CAPTURE(Sample, temperature, {.temperature = 0.7})
    ->Arg(32064)
    ->Arg(151936);
BENCHMARK_CAPTURE(Sample, top_p, {.temperature = 0.7, .top_p = 0.9})
    ->Arg(32064)
    ->Arg(151936);
BENCHMARK_CAPTURE(Sample, top_k_top_p,
                  {.temperature = 0.7, .top_k = 50, .top_p = 0.9})
    ->Arg(32064)
    ->Arg(151936);

// Arguments: bf16, workers.
void Lookup(benchmark::State& state) {
  constexpr int64_t kTokens = 1024;
  constexpr int64_t kColumns = 3072;
  constexpr int64_t kVocabulary = 8000;
  const bool narrow = state.range(0) != 0;
  const std::vector<float> table = testing::Values(kVocabulary * kColumns, 1);
  std::vector<int32_t> ids;
  for (int64_t t = 0; t < kTokens; ++t) {
    ids.push_back(static_cast<int32_t>(t * 4919 % kVocabulary));
  }
  std::vector<float> out(kTokens * kColumns);
  RunOnTeam(state, state.range(1), [&](Stream stream) {
    return Embedding({.table = table.data(),
                      .table_type = narrow ? FloatType::kBf16 : FloatType::kF32,
                      .ids = ids.data(),
                      .out = out.data(),
                      .tokens = kTokens,
                      .columns = kColumns,
                      .vocabulary = kVocabulary},
                     stream);
  });
  state.SetBytesProcessed(state.iterations() * kTokens * kColumns *
                          (narrow ? 6 : 8));
}
BENCHMARK(Lookup)->ArgsProduct({{0, 1}, {1, 2}})->UseRealTime();

}  // namespace
}  // namespace kaito::kernels
