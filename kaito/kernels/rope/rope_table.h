#ifndef KAITO_KERNELS_ROPE_ROPE_TABLE_H_
#define KAITO_KERNELS_ROPE_ROPE_TABLE_H_

// The rotary table of a model: cos and sin for each position and each rotated
// pair, computed in double and rounded once. The runtime makes one when a model
// is loaded; Rope() (rope.h) applies it. Pure.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const RopeTable table,
//       MakeRopeTable({.rotary_dim = 128,
//                      .theta = 500000,
//                      .scaling = RopeLlama3{.factor = 8,
//                                            .low_frequency_factor = 1,
//                                            .high_frequency_factor = 4,
//                                            .original_positions = 8192}},
//                     /*positions=*/131072));
//
// A row does not depend on how many there are. Partial rotary is a rotary_dim
// below the head's.

#include <cstdint>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"

namespace kaito::kernels {

// Frequencies as they are: theta^(-2i / rotary_dim).
struct RopeUnscaled {};

// Llama 3.1: wavelengths above original_positions / low_frequency_factor are
// stretched by `factor`, those below original_positions /
// high_frequency_factor stay, and between them the two are mixed.
struct RopeLlama3 {
  double factor = 0;                 // At least 1.
  double low_frequency_factor = 0;   // Above 0.
  double high_frequency_factor = 0;  // Above the low one.
  int64_t original_positions = 0;    // That the model was trained with first.
};

// Phi-3's longrope: each wavelength is stretched by a factor of its own.
struct RopeLong {
  // The model's short_factor or long_factor. A table has one of the two for all
  // its positions: the short one where no sequence that it serves is longer
  // than the original positions. [rotary_dim / 2]
  std::vector<double> stretch;
  // Multiplies cos and sin in both regimes; RopeLongAttentionFactor().
  double attention_factor = 1;
};

// sqrt(1 + ln(positions / original) / ln(original)), and 1 where the model has
// no more positions than it had originally. `original_positions` above 1.
double RopeLongAttentionFactor(int64_t positions, int64_t original_positions);

struct RopeSpec {
  int64_t rotary_dim = 0;  // Even, above 0.
  double theta = 10000;    // Above 1.
  std::variant<RopeUnscaled, RopeLlama3, RopeLong> scaling;
};

// Radians per position of each pair. [rotary_dim / 2]. InvalidArgument where a
// field is outside the range that it states.
absl::StatusOr<std::vector<double>> RopeFrequencies(const RopeSpec& spec);

struct RopeTable {
  int64_t positions = 0;
  int64_t rotary_dim = 0;
  std::vector<float> cos;  // [positions, rotary_dim / 2]
  std::vector<float> sin;  // [positions, rotary_dim / 2]
};

// As RopeFrequencies(); also for negative `positions` and for a table above
// 4 GiB.
absl::StatusOr<RopeTable> MakeRopeTable(const RopeSpec& spec,
                                        int64_t positions);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ROPE_ROPE_TABLE_H_
