#include "kaito/kernels/poison/poison_ref.h"

namespace kaito::kernels {

void PoisonRef(const PoisonParams& params) {
  auto* const data = static_cast<uint8_t*>(params.data);
  for (int64_t i = 0; i < params.size_bytes; ++i) {
    data[i] = PatternByte(params.pattern, i);
  }
}

PoisonSurvivors FindPoisonRef(const PoisonParams& params) {
  const auto* const data = static_cast<const uint8_t*>(params.data);
  const int64_t element = ElementBytes(params.pattern);
  PoisonSurvivors survivors;
  for (int64_t i = 0; i < params.size_bytes; i += element) {
    bool intact = true;
    for (int64_t j = i; j < i + element; ++j) {
      intact = intact && data[j] == PatternByte(params.pattern, j);
    }
    if (intact && survivors.count++ == 0) survivors.first = i / element;
  }
  return survivors;
}

}  // namespace kaito::kernels
