#ifndef KAITO_KERNELS_BLOCKWISE8_DYNAMIC_MAP_H_
#define KAITO_KERNELS_BLOCKWISE8_DYNAMIC_MAP_H_

// The dynamic 8-bit maps: 256 numbers in [-1, 1] (signed) or [0, 1] (unsigned),
// ascending, whose spacing shrinks by powers of ten towards 0. The signed one
// codes absmax values of NF4 and first moments of Adam, the unsigned one second
// moments. Equal bit for bit to what bitsandbytes makes; a loaded checkpoint
// brings its own map, which is then used instead.
//
// The signed map has a 1 and no -1: its least entry is -0.993.

#include <algorithm>
#include <array>
#include <cstdint>

namespace kaito::kernels {

constexpr std::array<float, 256> MakeDynamicMap(bool is_signed) {
  constexpr float kPowers[] = {1e-6f, 1e-5f, 1e-4f, 1e-3f, 1e-2f, 1e-1f, 1e0f};
  std::array<float, 256> map = {};
  int64_t size = 0;
  for (int decade = 0; decade < 7; ++decade) {
    // [0.1, 1] in equal intervals, whose middles are the entries.
    const int intervals = 1 << (is_signed ? decade : decade + 1);
    const float step = (1.0f - 0.1f) / static_cast<float>(intervals);
    // From both ends, as torch.linspace counts, and with one rounding, as its
    // fma has: the product of a float and a small integer is exact in double.
    const auto point = [&](int i) {
      return static_cast<float>(i < (intervals + 1) / 2
                                    ? double{0.1f} + double{step} * i
                                    : 1.0 - double{step} * (intervals - i));
    };
    for (int i = 0; i < intervals; ++i) {
      const float middle = (point(i) + point(i + 1)) / 2.0f;
      map[size++] = kPowers[decade] * middle;
      if (is_signed) map[size++] = -(kPowers[decade] * middle);
    }
  }
  map[size++] = 0.0f;
  map[size++] = 1.0f;
  std::sort(map.begin(), map.end());
  return map;
}

inline constexpr std::array<float, 256> kDynamicSigned = MakeDynamicMap(true);
inline constexpr std::array<float, 256> kDynamicUnsigned =
    MakeDynamicMap(false);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_BLOCKWISE8_DYNAMIC_MAP_H_
