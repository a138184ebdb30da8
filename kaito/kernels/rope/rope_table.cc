#include "kaito/kernels/rope/rope_table.h"

#include <cmath>
#include <numbers>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::kernels {
namespace {

// Far above any head's size, so that sizes below can't overflow.
constexpr int64_t kMaxRotaryDim = 65536;
constexpr int64_t kMaxTableBytes = int64_t{4} << 30;

absl::Status Check(const RopeUnscaled& scaling, int64_t pairs) {
  return absl::OkStatus();
}

// Negated comparisons, so that a NaN fails.
absl::Status Check(const RopeLlama3& scaling, int64_t pairs) {
  if (!(scaling.factor >= 1) || !std::isfinite(scaling.factor)) {
    return absl::InvalidArgumentError(
        absl::StrCat("rope table: llama3: factor is ", scaling.factor,
                     ", want a finite number of at least 1"));
  }
  if (!(scaling.low_frequency_factor > 0) ||
      !(scaling.high_frequency_factor > scaling.low_frequency_factor)) {
    return absl::InvalidArgumentError(
        absl::StrCat("rope table: llama3: low_freq_factor is ",
                     scaling.low_frequency_factor, " and high_freq_factor is ",
                     scaling.high_frequency_factor, ", want 0 < low < high"));
  }
  if (scaling.original_positions <= 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("rope table: llama3: original_max_position_embeddings is ",
                     scaling.original_positions, ", want more than 0"));
  }
  return absl::OkStatus();
}

absl::Status Check(const RopeLong& scaling, int64_t pairs) {
  const auto count = static_cast<int64_t>(scaling.stretch.size());
  if (count != pairs) {
    return absl::InvalidArgumentError(
        absl::StrCat("rope table: longrope: ", count, " factors for ", pairs,
                     " pairs, want one for each"));
  }
  for (int64_t i = 0; i < pairs; ++i) {
    if (!(scaling.stretch[i] > 0) || !std::isfinite(scaling.stretch[i])) {
      return absl::InvalidArgumentError(
          absl::StrCat("rope table: longrope: factor ", i, " is ",
                       scaling.stretch[i], ", want a finite number above 0"));
    }
  }
  if (!(scaling.attention_factor > 0) ||
      !std::isfinite(scaling.attention_factor)) {
    return absl::InvalidArgumentError(
        absl::StrCat("rope table: longrope: attention factor is ",
                     scaling.attention_factor, ", want a number above 0"));
  }
  return absl::OkStatus();
}

absl::Status Check(const RopeSpec& spec) {
  if (spec.rotary_dim <= 0 || spec.rotary_dim % 2 != 0 ||
      spec.rotary_dim > kMaxRotaryDim) {
    return absl::InvalidArgumentError(
        absl::StrCat("rope table: rotary_dim is ", spec.rotary_dim,
                     ", want an even number from 2 to ", kMaxRotaryDim));
  }
  if (!(spec.theta > 1) || !std::isfinite(spec.theta)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "rope table: theta is ", spec.theta, ", want a finite number above 1"));
  }
  return std::visit(
      [&](const auto& scaling) { return Check(scaling, spec.rotary_dim / 2); },
      spec.scaling);
}

double Scale(const RopeUnscaled& scaling, int64_t pair, double frequency) {
  return frequency;
}

double Scale(const RopeLlama3& scaling, int64_t pair, double frequency) {
  const double turns = static_cast<double>(scaling.original_positions) *
                       frequency / (2 * std::numbers::pi);
  const double low = scaling.low_frequency_factor;
  const double high = scaling.high_frequency_factor;
  if (turns < low) return frequency / scaling.factor;
  if (turns > high) return frequency;
  const double kept = (turns - low) / (high - low);
  return (1 - kept) * frequency / scaling.factor + kept * frequency;
}

double Scale(const RopeLong& scaling, int64_t pair, double frequency) {
  return frequency / scaling.stretch[pair];
}

double AttentionFactor(const RopeSpec& spec) {
  const auto* longrope = std::get_if<RopeLong>(&spec.scaling);
  return longrope == nullptr ? 1.0 : longrope->attention_factor;
}

}  // namespace

double RopeLongAttentionFactor(int64_t positions, int64_t original_positions) {
  if (positions <= original_positions) return 1;
  const auto original = static_cast<double>(original_positions);
  return std::sqrt(1 + std::log(static_cast<double>(positions) / original) /
                           std::log(original));
}

absl::StatusOr<std::vector<double>> RopeFrequencies(const RopeSpec& spec) {
  KAITO_RETURN_IF_ERROR(Check(spec));
  std::vector<double> frequencies(spec.rotary_dim / 2);
  for (int64_t i = 0; i < spec.rotary_dim / 2; ++i) {
    const double exponent =
        static_cast<double>(-2 * i) / static_cast<double>(spec.rotary_dim);
    const double unscaled = std::pow(spec.theta, exponent);
    frequencies[i] = std::visit(
        [&](const auto& scaling) { return Scale(scaling, i, unscaled); },
        spec.scaling);
  }
  return frequencies;
}

absl::StatusOr<RopeTable> MakeRopeTable(const RopeSpec& spec,
                                        int64_t positions) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<double> frequencies,
                         RopeFrequencies(spec));
  const int64_t row_bytes =
      spec.rotary_dim * static_cast<int64_t>(sizeof(float));
  if (positions < 0 || positions > kMaxTableBytes / row_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "rope table: positions is ", positions, ", want 0 to ",
        kMaxTableBytes / row_bytes, " for rotary_dim ", spec.rotary_dim));
  }
  const double factor = AttentionFactor(spec);
  RopeTable table = {.positions = positions, .rotary_dim = spec.rotary_dim};
  table.cos.reserve(positions * spec.rotary_dim / 2);
  table.sin.reserve(positions * spec.rotary_dim / 2);
  for (int64_t position = 0; position < positions; ++position) {
    for (const double frequency : frequencies) {
      const double angle = static_cast<double>(position) * frequency;
      table.cos.push_back(static_cast<float>(factor * std::cos(angle)));
      table.sin.push_back(static_cast<float>(factor * std::sin(angle)));
    }
  }
  return table;
}

}  // namespace kaito::kernels
