#ifndef KAITO_RUNTIME_ADAPTER_TARGET_MATCH_H_
#define KAITO_RUNTIME_ADAPTER_TARGET_MATCH_H_

// Which linears of a decoder an adapter's configuration selects, exactly as
// PEFT 0.11.1 does it, and with which rank and alpha. Pure.
//
//   KAITO_ASSIGN_OR_RETURN(const TargetMatch match,
//                          MatchTargets(config, decoder, names));
//   if (!match.unmatched.empty()) Warn(...);
//
// PEFT is silent about target names that no module has, as long as another one
// fits: q_proj for a model with a fused qkv_proj trains less than was asked
// for. Here they are named.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/model/decoder_config.h"
#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {

struct TargetedLinear {
  LinearModule linear;
  int64_t layer = 0;
  int64_t rank = 0;
  double alpha = 0;
};

struct TargetMatch {
  std::vector<TargetedLinear> linears;  // By layer, then as LayerLinears().
  std::vector<std::string> unmatched;   // Target names that no linear has.
};

// InvalidArgument where nothing matches, with the names that the model has;
// where a target is no linear of a layer (an embedding, the head, a whole
// block); and for patterns that RE2 does not take.
absl::StatusOr<TargetMatch> MatchTargets(const AdapterConfig& config,
                                         const DecoderConfig& decoder,
                                         const TensorNames& names);

// The names that all-linear stands for: those of a layer's linears, in order.
std::vector<std::string> LinearNames(const DecoderConfig& decoder,
                                     const TensorNames& names);

// What a recipe without target_modules means: PEFT's list where it has one for
// the family (llama, mistral), all linears elsewhere.
ModuleSelector DefaultTargets(const DecoderConfig& decoder);

// `selector` with q, k, v and gate, up replaced by the fused projections where
// the decoder has those; each name once.
ModuleSelector AliasFused(const ModuleSelector& selector,
                          const DecoderConfig& decoder,
                          const TensorNames& names);

// `config` in a form that PEFT 0.11.1 understands: all-linear as names, and
// exclusions as the full paths that are left.
AdapterConfig Resolved(const AdapterConfig& config, const TargetMatch& match,
                       const DecoderConfig& decoder, const TensorNames& names);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_ADAPTER_TARGET_MATCH_H_
