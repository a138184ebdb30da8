#ifndef KAITO_KERNELS_SIMD_INSTRUCTION_SETS_H_
#define KAITO_KERNELS_SIMD_INSTRUCTION_SETS_H_

// Which vector instructions this processor has and the CPU kernels were built
// for, best first: "AVX3_ZEN4", "AVX2", ... An operation runs on the first
// one.
//
//   std::vector<std::string> sets = InstructionSets();

#include <string>
#include <vector>

namespace kaito::kernels {

std::vector<std::string> InstructionSets();

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_SIMD_INSTRUCTION_SETS_H_
