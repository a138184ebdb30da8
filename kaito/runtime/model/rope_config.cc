#include "kaito/runtime/model/rope_config.h"

#include <cstdint>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/rope/rope_table.h"
#include "kaito/runtime/model/config_fields.h"

namespace kaito::runtime {
namespace {

// Far above any model's, and low enough for arithmetic that follows.
constexpr double kMaxTheta = 1e12;
constexpr double kMaxFactor = 1e6;
constexpr int64_t kMaxPositions = int64_t{1} << 30;

// Where a number may be said twice: in the whole and in the part about rotation.
struct Sources {
  ConfigFields top;
  ConfigFields part;
};

absl::Status CheckAgreement(const Sources& from, absl::string_view name) {
  const json::Value* a = from.top.Find(name);
  const json::Value* b = from.part.Find(name);
  if (a == nullptr || b == nullptr || *a == *b) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      name, " is ", json::Write(*a).substr(0, 40), " at the top and ",
      json::Write(*b).substr(0, 40), " in the part about rotation"));
}

// Of the part, or else of the whole.
absl::StatusOr<double> NumberOfEither(const Sources& from,
                                      absl::string_view name, double min,
                                      double max, double fallback) {
  KAITO_RETURN_IF_ERROR(CheckAgreement(from, name));
  if (from.part.Find(name) != nullptr) return from.part.Number(name, min, max);
  return from.top.Number(name, min, max, fallback);
}

absl::StatusOr<int64_t> OriginalPositions(const Sources& from) {
  constexpr absl::string_view kName = "original_max_position_embeddings";
  KAITO_RETURN_IF_ERROR(CheckAgreement(from, kName));
  // From 2: its logarithm divides.
  if (from.top.Find(kName) != nullptr) {
    return from.top.Integer(kName, 2, kMaxPositions);
  }
  return from.part.Integer(kName, 2, kMaxPositions);
}

absl::StatusOr<Llama3Rope> ParseLlama3(const ConfigFields& part) {
  Llama3Rope rope;
  KAITO_ASSIGN_OR_RETURN(rope.factor, part.Number("factor", 1, kMaxFactor));
  KAITO_ASSIGN_OR_RETURN(rope.low_frequency_factor,
                         part.Number("low_freq_factor", 1e-6, kMaxFactor));
  KAITO_ASSIGN_OR_RETURN(rope.high_frequency_factor,
                         part.Number("high_freq_factor", 1e-6, kMaxFactor));
  if (rope.high_frequency_factor <= rope.low_frequency_factor) {
    return part.Bad(
        "high_freq_factor",
        absl::StrCat("more than low_freq_factor, ", rope.low_frequency_factor));
  }
  KAITO_ASSIGN_OR_RETURN(
      rope.original_positions,
      part.Integer("original_max_position_embeddings", 1, kMaxPositions));
  return rope;
}

absl::StatusOr<LongRope> ParseLong(const Sources& from, int64_t rotary_dim,
                                   int64_t max_positions) {
  for (const char* name : {"short_mscale", "long_mscale"}) {
    if (from.part.Find(name) != nullptr) {
      return from.part.Bad(name, "none: it is not supported");
    }
  }
  LongRope rope;
  KAITO_ASSIGN_OR_RETURN(
      rope.short_factors,
      from.part.Numbers("short_factor", rotary_dim / 2, 1e-6, kMaxFactor));
  KAITO_ASSIGN_OR_RETURN(
      rope.long_factors,
      from.part.Numbers("long_factor", rotary_dim / 2, 1e-6, kMaxFactor));
  KAITO_ASSIGN_OR_RETURN(rope.original_positions, OriginalPositions(from));
  KAITO_ASSIGN_OR_RETURN(
      rope.attention_factor,
      from.part.Number("attention_factor", 1e-3, 1e3,
                       kernels::RopeLongAttentionFactor(
                           max_positions, rope.original_positions)));
  return rope;
}

// "longrope" had other names in the first Phi-3 files; "yarn" there is not the
// yarn of others, which has no factors for each pair.
bool IsLong(absl::string_view type, const ConfigFields& part) {
  return type == "longrope" || type == "su" ||
         (type == "yarn" && part.Find("short_factor") != nullptr);
}

absl::StatusOr<std::string> TypeOf(const ConfigFields& part) {
  KAITO_ASSIGN_OR_RETURN(std::string type, part.String("rope_type"));
  KAITO_ASSIGN_OR_RETURN(const std::string old, part.String("type"));
  if (type.empty()) type = old.empty() ? "default" : old;
  return type;
}

absl::Status ParseScaling(const Sources& from, int64_t max_positions,
                          RopeConfig& rope) {
  KAITO_ASSIGN_OR_RETURN(const std::string type, TypeOf(from.part));
  if (type == "default") return absl::OkStatus();
  if (type == "llama3") {
    KAITO_ASSIGN_OR_RETURN(rope.scaling, ParseLlama3(from.part));
    return absl::OkStatus();
  }
  if (IsLong(type, from.part)) {
    KAITO_ASSIGN_OR_RETURN(rope.scaling,
                           ParseLong(from, rope.rotary_dim, max_positions));
    return absl::OkStatus();
  }
  return from.part.Bad(
      from.part.Find("rope_type") != nullptr ? "rope_type" : "type",
      "default, llama3 or longrope; the others are not supported");
}

// The member that describes rotation, or null.
absl::StatusOr<std::string> PartName(const ConfigFields& top) {
  const json::Value* now = top.Find("rope_parameters");
  const json::Value* before = top.Find("rope_scaling");
  if (now != nullptr && before != nullptr && !(*now == *before)) {
    return absl::InvalidArgumentError(
        "rope_parameters and rope_scaling are both there and differ; keep one");
  }
  const std::string name = now != nullptr ? "rope_parameters" : "rope_scaling";
  const json::Value* part = top.Find(name);
  if (part != nullptr && !part->is_object()) return top.Bad(name, "an object");
  return name;
}

}  // namespace

absl::StatusOr<RopeConfig> ParseRopeConfig(const json::Value& config,
                                           const RopeContext& context) {
  const ConfigFields top(config);
  KAITO_ASSIGN_OR_RETURN(const std::string name, PartName(top));
  const json::Value nothing;
  const json::Value* part = top.Find(name);
  const Sources from = {
      top, ConfigFields(part == nullptr ? nothing : *part, name + ".")};

  RopeConfig rope;
  // Below 1 the wavelengths would turn round.
  KAITO_ASSIGN_OR_RETURN(
      rope.theta, NumberOfEither(from, "rope_theta", 1.001, kMaxTheta, 10000));
  KAITO_ASSIGN_OR_RETURN(
      const double fraction,
      NumberOfEither(from, "partial_rotary_factor", 1e-3, 1, 1));
  if (fraction != 1 && !context.partial) {
    return absl::InvalidArgumentError(
        absl::StrCat("partial_rotary_factor is ", fraction,
                     ", which this family of models does not have"));
  }
  rope.rotary_dim =
      static_cast<int64_t>(static_cast<double>(context.head_dim) * fraction);
  if (rope.rotary_dim < 2 || rope.rotary_dim % 2 != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("partial_rotary_factor ", fraction, " of ",
                     context.head_dim, " dimensions a head is ",
                     rope.rotary_dim, ", which cannot be rotated in pairs"));
  }
  KAITO_RETURN_IF_ERROR(ParseScaling(from, context.max_positions, rope));
  return rope;
}

kernels::RopeSpec MakeRopeSpec(const RopeConfig& rope, int64_t longest) {
  kernels::RopeSpec spec = {.rotary_dim = rope.rotary_dim, .theta = rope.theta};
  if (const auto* llama3 = std::get_if<Llama3Rope>(&rope.scaling)) {
    spec.scaling = kernels::RopeLlama3{
        .factor = llama3->factor,
        .low_frequency_factor = llama3->low_frequency_factor,
        .high_frequency_factor = llama3->high_frequency_factor,
        .original_positions = llama3->original_positions};
  } else if (const auto* extended = std::get_if<LongRope>(&rope.scaling)) {
    spec.scaling =
        kernels::RopeLong{.stretch = longest > extended->original_positions
                                         ? extended->long_factors
                                         : extended->short_factors,
                          .attention_factor = extended->attention_factor};
  }
  return spec;
}

}  // namespace kaito::runtime
