#include "kaito/kernels/testing/require_gpu.h"

#include <cuda_runtime_api.h>

#include <cstdlib>
#include <string>

#include "gtest/gtest.h"

namespace kaito::kernels::testing {

GpuVerdict JudgeGpu(int device_count, const char* required) {
  if (device_count > 0) return GpuVerdict::kRun;
  const std::string value = required == nullptr ? "" : required;
  return value.empty() || value == "0" ? GpuVerdict::kSkip : GpuVerdict::kFail;
}

void RequireGpu() {
  int devices = 0;
  const cudaError_t error = cudaGetDeviceCount(&devices);
  if (error != cudaSuccess) {
    devices = 0;
    cudaGetLastError();  // Clears it for the calls that follow.
  }
  switch (JudgeGpu(devices, std::getenv("KAITO_REQUIRE_GPU"))) {
    case GpuVerdict::kRun:
      return;
    case GpuVerdict::kSkip:
      GTEST_SKIP() << "no CUDA device: " << cudaGetErrorString(error);
    case GpuVerdict::kFail:
      FAIL() << "KAITO_REQUIRE_GPU is set and there is no CUDA device: "
             << cudaGetErrorString(error);
  }
}

}  // namespace kaito::kernels::testing
