#ifndef KAITO_RUNTIME_BACKEND_RANDOM_MODEL_H_
#define KAITO_RUNTIME_BACKEND_RANDOM_MODEL_H_

// Decoders with random weights, and adapters of them, made in memory: for tests
// of what runs on a backend and for benchmarks at the shapes of real models.
// The same bits for the same options on every machine.
//
//   KAITO_ASSERT_OK_AND_ASSIGN(LoadedModel model, RandomModel({}));
//   const LoraAdapter adapter = RandomAdapter(model.config.decoder, {});

#include <cstdint>

#include "absl/status/statusor.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {

// A tiny one by default: a pass of a few tokens takes some microseconds.
struct RandomModelOptions {
  uint32_t seed = 1;
  int64_t hidden_size = 32;
  int64_t layers = 2;
  int64_t heads = 4;
  int64_t kv_heads = 2;
  int64_t head_dim = 8;
  int64_t intermediate_size = 48;
  int64_t vocab_size = 64;
  int64_t max_positions = 128;
  bool quantized = false;  // Linears in NF4 with double quantisation.
  bool bf16_tables = false;
  bool fused = false;  // q | k | v and gate | up.
  bool biases = false;
  bool qk_norm = false;
  int64_t window = 0;
  bool tied = false;
};

DecoderConfig ConfigOfRandomModel(const RandomModelOptions& options);

absl::StatusOr<LoadedModel> RandomModel(const RandomModelOptions& options);

struct RandomAdapterOptions {
  uint32_t seed = 2;
  int64_t rank = 4;
  double scale = 2;
};

// Of all linears, with B other than zero.
LoraAdapter RandomAdapter(const DecoderConfig& config,
                          const RandomAdapterOptions& options);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_RANDOM_MODEL_H_
