#ifndef KAITO_RUNTIME_ADAPTER_NEW_ADAPTER_H_
#define KAITO_RUNTIME_ADAPTER_NEW_ADAPTER_H_

// The adapter that tuning starts from. Pure.
//
//   KAITO_ASSIGN_OR_RETURN(const TargetMatch match, MatchTargets(...));
//   LoraAdapter adapter = NewAdapter(config, match, /*seed=*/42);

#include <cstdint>

#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/adapter/target_match.h"

namespace kaito::runtime {

// First values as config.init says. Those of a module depend on the seed, the
// module's name and its shape alone: more targets change nothing in the others.
LoraAdapter NewAdapter(const AdapterConfig& config, const TargetMatch& match,
                       uint64_t seed);

// The modules with their shapes and scales; values are left empty.
LoraAdapter AdapterLayout(const AdapterConfig& config,
                          const TargetMatch& match);

// Of the adapter that `match` asks for; before anything is allocated.
int64_t ParameterCount(const TargetMatch& match);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_ADAPTER_NEW_ADAPTER_H_
