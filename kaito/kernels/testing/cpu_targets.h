#ifndef KAITO_KERNELS_TESTING_CPU_TARGETS_H_
#define KAITO_KERNELS_TESTING_CPU_TARGETS_H_

// Runs a check once for each instruction set that this processor has, so that
// the SIMD code of every width is tested, and not only the one that dispatch
// prefers. For <op>_cpu_test.
//
//   ForEachCpuTarget([] { EXPECT_EQ(…); });

#include <cstdint>

#include "gtest/gtest.h"
#include "hwy/targets.h"

namespace kaito::kernels::testing {

// Calls `check` with Highway held to one target at a time; not for use by
// several threads at once.
template <typename Check>
void ForEachCpuTarget(const Check& check) {
  for (const int64_t target : hwy::SupportedAndGeneratedTargets()) {
    SCOPED_TRACE(hwy::TargetName(target));
    hwy::SetSupportedTargetsForTest(target);
    check();
  }
  hwy::SetSupportedTargetsForTest(0);  // As the processor has it.
}

}  // namespace kaito::kernels::testing

#endif  // KAITO_KERNELS_TESTING_CPU_TARGETS_H_
