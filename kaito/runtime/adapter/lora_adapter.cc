#include "kaito/runtime/adapter/lora_adapter.h"

#include <cstdint>

namespace kaito::runtime {

LoraGradients ZeroGradients(const LoraAdapter& adapter) {
  LoraGradients gradients;
  gradients.modules.reserve(adapter.modules.size());
  for (const LoraModule& m : adapter.modules) {
    LoraModuleGradient& g = gradients.modules.emplace_back();
    g.a.resize(m.a.size());
    g.b.resize(m.b.size());
  }
  return gradients;
}

int64_t ParameterCount(const LoraAdapter& adapter) {
  int64_t count = 0;
  for (const LoraModule& m : adapter.modules) {
    count += static_cast<int64_t>(m.a.size() + m.b.size());
  }
  return count;
}

}  // namespace kaito::runtime
