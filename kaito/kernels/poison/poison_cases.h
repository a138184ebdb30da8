#ifndef KAITO_KERNELS_POISON_POISON_CASES_H_
#define KAITO_KERNELS_POISON_POISON_CASES_H_

// Sizes and alignments that every version is tested on. Tolerance: none; a fill
// is equal bit for bit or wrong.

#include <cstdint>
#include <vector>

#include "kaito/kernels/poison/poison_params.h"

namespace kaito::kernels {

struct PoisonCase {
  PoisonPattern pattern;
  int64_t offset_bytes;  // From an address that is a multiple of 64.
  int64_t size_bytes;
};

inline std::vector<PoisonCase> PoisonCases() {
  // Around a store of 16 bytes, a vector of 64, a block's 4096 and nothing.
  constexpr int64_t kElements[] = {0,   1,   2,   3,    7,    8,    15,
                                   16,  17,  63,  64,   65,   127,  129,
                                   255, 256, 257, 1000, 4095, 4096, 4097};
  std::vector<PoisonCase> cases;
  for (const PoisonPattern pattern :
       {PoisonPattern::kBytes, PoisonPattern::kF32, PoisonPattern::kBf16,
        PoisonPattern::kFp16}) {
    const int64_t element = ElementBytes(pattern);
    // Aligned, one element off, and just before the next multiple of 16.
    for (const int64_t offset : {int64_t{0}, element, 16 - element}) {
      for (const int64_t elements : kElements) {
        cases.push_back({pattern, offset, elements * element});
      }
    }
  }
  // More than one full grid of the CUDA launch (4.3 MB), with head and tail.
  cases.push_back({PoisonPattern::kBf16, 2, (5 << 20) + 6});
  return cases;
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_POISON_POISON_CASES_H_
