#include "kaito/kernels/device/grid.cuh"
#include "kaito/kernels/poison/poison.cuh"
#include "kaito/kernels/poison/poison_launch.h"

namespace kaito::kernels {
namespace {

constexpr int kThreads = 256;
// 132 SMs of an H100, 8 blocks of 256 threads on each: one full wave there. A
// larger buffer is covered by each thread storing more than once.
constexpr int kMaxBlocks = 132 * 8;

}  // namespace

cudaError_t LaunchPoison(const PoisonParams& params, cudaStream_t stream) {
  if (params.size_bytes == 0) return cudaSuccess;
  // A block has more threads than a head or a tail has bytes, so one always
  // covers both.
  static_assert(kThreads >= kPoisonVectorBytes);
  const unsigned blocks =
      BlocksFor(SplitForPoison(params).vectors, kThreads, kMaxBlocks);
  PoisonKernel<<<blocks, kThreads, 0, stream>>>(params);
  return cudaGetLastError();
}

}  // namespace kaito::kernels
