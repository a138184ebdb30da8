#include "kaito/runtime/adapter/new_adapter.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/base/random/random.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/adapter/target_match.h"

namespace kaito::runtime {
namespace {

// FNV-1a, 64 bits: a stream for each name, the same everywhere.
uint64_t StreamOf(absl::string_view name) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : name) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  return hash;
}

void FillUniform(double bound, Random& random, std::vector<float>& out) {
  for (float& x : out) {
    x = static_cast<float>((2 * random.Uniform() - 1) * bound);
  }
}

void FillModule(AdapterInit init, uint64_t seed, LoraModule& module) {
  Random random(seed, StreamOf(module.module));
  module.a.resize(static_cast<size_t>(module.rank * module.in));
  module.b.resize(static_cast<size_t>(module.out * module.rank));
  if (init == AdapterInit::kGaussian) {
    for (float& x : module.a) {
      x = static_cast<float>(random.Normal() /
                             static_cast<double>(module.rank));
    }
    return;
  }
  FillUniform(1 / std::sqrt(static_cast<double>(module.in)), random, module.a);
  if (init == AdapterInit::kRandom) {
    FillUniform(1 / std::sqrt(static_cast<double>(module.rank)), random,
                module.b);
  }
}

}  // namespace

LoraAdapter AdapterLayout(const AdapterConfig& config,
                          const TargetMatch& match) {
  LoraAdapter adapter;
  for (const TargetedLinear& target : match.linears) {
    adapter.modules.push_back(
        {.module = target.linear.module,
         .layer = target.layer,
         .role = target.linear.role,
         .in = target.linear.in,
         .out = target.linear.out,
         .rank = target.rank,
         .scale = AdapterScale(config, target.rank, target.alpha)});
  }
  return adapter;
}

LoraAdapter NewAdapter(const AdapterConfig& config, const TargetMatch& match,
                       uint64_t seed) {
  LoraAdapter adapter = AdapterLayout(config, match);
  for (LoraModule& module : adapter.modules) {
    FillModule(config.init, seed, module);
  }
  return adapter;
}

int64_t ParameterCount(const TargetMatch& match) {
  int64_t count = 0;
  for (const TargetedLinear& target : match.linears) {
    count += target.rank * (target.linear.in + target.linear.out);
  }
  return count;
}

}  // namespace kaito::runtime
