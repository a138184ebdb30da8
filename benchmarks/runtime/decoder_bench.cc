// The decoder at the shapes that the project promises something for: the tuning
// step of the demo's recipe, and tokens a second of serving. Weights are random,
// since speed does not depend on them. Numbers are in docs/runtime/decoder.md.

#include <cstdint>
#include <memory>
#include <numeric>
#include <random>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "benchmark/benchmark.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/cpu_backend.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/backend/random_model.h"
#include "kaito/runtime/batch/packed_batch.h"

namespace kaito::runtime {
namespace {

// tiny-phi-3-instruct, which comes with the project.
RandomModelOptions Tiny() {
  return {.hidden_size = 192,
          .layers = 4,
          .heads = 6,
          .kv_heads = 6,
          .head_dim = 32,
          .intermediate_size = 512,
          .vocab_size = 2048,
          .max_positions = 2048,
          .quantized = true,
          .bf16_tables = true,
          .fused = true,
          .tied = true};
}

// phi-3-mini with fewer layers, which cost the same each: the whole one takes
// minutes to make.
RandomModelOptions PhiMini(int64_t layers) {
  return {.hidden_size = 3072,
          .layers = layers,
          .heads = 32,
          .kv_heads = 32,
          .head_dim = 96,
          .intermediate_size = 8192,
          .vocab_size = 32064,
          .max_positions = 4096,
          .quantized = true,
          .bf16_tables = true,
          .fused = true};
}

absl::StatusOr<std::unique_ptr<CpuBackend>> Backend(
    const RandomModelOptions& options, int64_t threads) {
  KAITO_ASSIGN_OR_RETURN(LoadedModel model, RandomModel(options));
  return CpuBackend::Create(std::move(model), {.threads = threads});
}

// Sequences of about `length` tokens; the second half of each is the answer,
// which is trained.
PackedBatch Batch(int64_t sequences, int64_t length, int64_t words) {
  std::mt19937 random(1);
  PackedBatch batch = {.starts = {0}};
  for (int64_t s = 0; s < sequences; ++s) {
    const int64_t tokens = length - length / 5 + random() % (2 * length / 5);
    for (int64_t t = 0; t < tokens; ++t) {
      batch.ids.push_back(static_cast<int32_t>(random() % words));
      batch.positions.push_back(static_cast<int32_t>(t));
      const bool trained = t >= tokens / 2 && t + 1 < tokens;
      batch.labels.push_back(trained ? static_cast<int32_t>(random() % words)
                                     : -100);
    }
    batch.starts.push_back(static_cast<int32_t>(batch.ids.size()));
  }
  return batch;
}

template <typename Run>
void Loop(benchmark::State& state, int64_t tokens, const Run& run) {
  for (auto _ : state) {
    const absl::Status status = run();
    if (!status.ok()) {
      state.SkipWithError(status.ToString().c_str());
      return;
    }
  }
  state.SetItemsProcessed(state.iterations() * tokens);
}

// One micro-batch forward and backward; items are tokens.
void Tune(benchmark::State& state, const RandomModelOptions& model,
          const PackedBatch& batch) {
  const auto backend = Backend(model, state.range(0));
  if (!backend.ok()) {
    state.SkipWithError(backend.status().ToString().c_str());
    return;
  }
  const LoraAdapter adapter = RandomAdapter((*backend)->config(), {.rank = 16});
  LoraGradients gradients = ZeroGradients(adapter);
  Loop(state, batch.tokens(), [&] {
    return (*backend)
        ->Gradients(batch, adapter, {.gradient_scale = 1e-3}, gradients)
        .status();
  });
}

// 24 rows of 25 tokens: the recipe's 271,422 tokens in 450 steps.
void TuneTiny(benchmark::State& state) {
  Tune(state, Tiny(), Batch(24, 25, 2048));
}
BENCHMARK(TuneTiny)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();

void TunePhiMiniLayer(benchmark::State& state) {
  Tune(state, PhiMini(1), Batch(2, 256, 32064));
}
BENCHMARK(TunePhiMiniLayer)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();

// A step of `sequences` rows with `tokens` tokens each behind `position` others;
// the same positions again and again.
void Serve(benchmark::State& state, const RandomModelOptions& model,
           int64_t sequences, int64_t tokens, int64_t position,
           bool adapted = false) {
  const auto backend = Backend(model, state.range(0));
  if (!backend.ok()) {
    state.SkipWithError(backend.status().ToString().c_str());
    return;
  }
  constexpr int64_t kBlockSize = 16;
  const int64_t blocks = (position + tokens + kBlockSize - 1) / kBlockSize;
  auto cache = (*backend)->NewCache(
      {.blocks = blocks * sequences, .block_size = kBlockSize});
  if (!cache.ok()) {
    state.SkipWithError(cache.status().ToString().c_str());
    return;
  }
  const LoraAdapter adapter = RandomAdapter((*backend)->config(), {.rank = 16});
  std::vector<int32_t> tables(blocks * sequences);
  std::iota(tables.begin(), tables.end(), 0);
  const std::vector<int32_t> ids(position + tokens, 7);
  std::vector<StepRow> rows;
  const auto fill = [&](int64_t count, int64_t first) {
    rows.clear();
    for (int64_t s = 0; s < sequences; ++s) {
      rows.push_back({.ids = absl::MakeConstSpan(ids).first(count),
                      .position = first,
                      .block_table = absl::MakeConstSpan(tables).subspan(
                          s * blocks, blocks),
                      .adapter = adapted ? &adapter : nullptr});
    }
  };
  std::vector<float> logits(sequences * (*backend)->config().vocab_size);
  const auto step = [&] {
    return (*backend)->Step(rows, **cache, absl::MakeSpan(logits));
  };
  if (position > 0) {
    fill(position, 0);
    if (const absl::Status status = step(); !status.ok()) {
      state.SkipWithError(status.ToString().c_str());
      return;
    }
  }
  fill(tokens, position);
  Loop(state, sequences * tokens, step);
}

void DecodeTiny(benchmark::State& state) { Serve(state, Tiny(), 1, 1, 64); }
BENCHMARK(DecodeTiny)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();

void DecodeTinyAdapted(benchmark::State& state) {
  Serve(state, Tiny(), 1, 1, 64, true);
}
BENCHMARK(DecodeTinyAdapted)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();

void DecodeTinyBatchOf16(benchmark::State& state) {
  Serve(state, Tiny(), 16, 1, 64, true);
}
BENCHMARK(DecodeTinyBatchOf16)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime();

void PrefillTiny(benchmark::State& state) {
  Serve(state, Tiny(), 1, 256, 0, true);
}
BENCHMARK(PrefillTiny)->ArgName("threads")->Arg(1)->Arg(2)->UseRealTime();

void DecodePhiMiniLayers(benchmark::State& state) {
  Serve(state, PhiMini(state.range(1)), 1, 1, 128);
}
// The difference of two lines, halved, is a layer; the rest is the head.
BENCHMARK(DecodePhiMiniLayers)
    ->ArgNames({"threads", "layers"})
    ->ArgsProduct({{1, 2}, {2, 4}})
    ->UseRealTime();

void PrefillPhiMiniLayer(benchmark::State& state) {
  Serve(state, PhiMini(1), 1, 512, 0);
}
BENCHMARK(PrefillPhiMiniLayer)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseRealTime();

}  // namespace
}  // namespace kaito::runtime
