#ifndef KAITO_KERNELS_TESTING_REQUIRE_GPU_H_
#define KAITO_KERNELS_TESTING_REQUIRE_GPU_H_

// Whether a GPU test runs, is skipped, or fails. Bazel reports a test that
// skipped itself as passed, so --config=gpu sets KAITO_REQUIRE_GPU=1, under
// which a machine without a device is a failure. Tests derive from GpuTest
// (gpu_fixture.h), which asks here.

namespace kaito::kernels::testing {

enum class GpuVerdict { kRun, kSkip, kFail };

// `required` is the value of KAITO_REQUIRE_GPU, or null: unset, empty and "0"
// mean that a device isn't required.
GpuVerdict JudgeGpu(int device_count, const char* required);

// Skips or fails the current test unless there is a device. Only for SetUp(),
// after which GoogleTest leaves the body out; elsewhere the test would go on.
void RequireGpu();

}  // namespace kaito::kernels::testing

#endif  // KAITO_KERNELS_TESTING_REQUIRE_GPU_H_
