#include "kaito/kernels/simd/instruction_sets.h"

#include <cstdint>
#include <string>
#include <vector>

#include "hwy/highway.h"

namespace kaito::kernels {

std::vector<std::string> InstructionSets() {
  std::vector<std::string> names;
  // Better ones have lower bits.
  for (int64_t left = hwy::SupportedTargets(); left != 0; left &= left - 1) {
    names.push_back(hwy::TargetName(left & -left));
  }
  return names;
}

}  // namespace kaito::kernels
