#include "kaito/kernels/poison/poison_cpu.h"

#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/poison/poison_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

// Whole vectors, then the tail byte by byte. A vector holds a multiple of the
// pattern's four bytes, so every one is the same; on a target without vectors
// (one byte a lane) the tail is all there is.
void Fill(const PoisonParams& params) {
  alignas(16) uint8_t block[16];
  for (int64_t i = 0; i < 16; ++i) block[i] = PatternByte(params.pattern, i);
  const hn::ScalableTag<uint8_t> bytes;
  const auto pattern = hn::LoadDup128(bytes, block);
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(bytes));
  uint8_t* const data = static_cast<uint8_t*>(params.data);
  int64_t i = 0;
  if (lanes % 4 == 0) {
    for (; i + lanes <= params.size_bytes; i += lanes) {
      hn::StoreU(pattern, bytes, data + i);
    }
  }
  for (; i < params.size_bytes; ++i) data[i] = PatternByte(params.pattern, i);
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {

HWY_EXPORT(Fill);

void PoisonCpu(const PoisonParams& params) {
  HWY_DYNAMIC_DISPATCH(Fill)(params);
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE
