#ifndef KAITO_RUNTIME_MODEL_ROPE_CONFIG_H_
#define KAITO_RUNTIME_MODEL_ROPE_CONFIG_H_

// RopeConfig: how a model rotates its queries and keys, as its config.json says
// it in either spelling, and the kernels' specification made from it.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const kernels::RopeTable table,
//       kernels::MakeRopeTable(MakeRopeSpec(config.rope, 8192), 8192));

#include <cstdint>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/json/value.h"
#include "kaito/kernels/rope/rope_table.h"

namespace kaito::runtime {

struct PlainRope {
  bool operator==(const PlainRope&) const = default;
};

// Llama 3.1 and later.
struct Llama3Rope {
  double factor = 0;
  double low_frequency_factor = 0;
  double high_frequency_factor = 0;
  int64_t original_positions = 0;

  bool operator==(const Llama3Rope&) const = default;
};

// Phi-3's: two sets of factors, of which one serves texts up to
// original_positions and the other longer ones.
struct LongRope {
  std::vector<double> short_factors;  // [rotary_dim / 2]
  std::vector<double> long_factors;   // [rotary_dim / 2]
  int64_t original_positions = 0;
  double attention_factor = 1;  // Multiplies cos and sin, with either set.

  bool operator==(const LongRope&) const = default;
};

struct RopeConfig {
  int64_t rotary_dim = 0;  // Even. Below head_dim where rotation is partial.
  double theta = 0;
  std::variant<PlainRope, Llama3Rope, LongRope> scaling;

  bool operator==(const RopeConfig&) const = default;
};

struct RopeContext {
  int64_t head_dim = 0;
  int64_t max_positions = 0;
  // Whether models of this family can rotate a part of each head.
  bool partial = false;
};

// Of a whole config.json: rope_parameters (transformers 5), or rope_theta,
// rope_scaling and partial_rotary_factor (4). InvalidArgument, with the field,
// for kinds other than the three above, and where the two spellings disagree.
absl::StatusOr<RopeConfig> ParseRopeConfig(const json::Value& config,
                                           const RopeContext& context);

// For texts of at most `longest` tokens, which decides on a LongRope's factors.
// A model keeps to one specification: cached keys were rotated with it.
kernels::RopeSpec MakeRopeSpec(const RopeConfig& rope, int64_t longest);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_MODEL_ROPE_CONFIG_H_
