#ifndef KAITO_KERNELS_DEVICE_GRID_CUH_
#define KAITO_KERNELS_DEVICE_GRID_CUH_

// One-dimensional grids: each thread takes items GlobalThread(), then every
// GlobalThreads()-th after it, so that any grid covers any number of items.
//
//   for (int64_t i = GlobalThread(); i < n; i += GlobalThreads()) y[i] =
//   f(x[i]); Kernel<<<BlocksFor(n, kThreads, kMaxBlocks), kThreads, 0,
//   stream>>>(…);

#include <cstdint>

namespace kaito::kernels {

__device__ inline int64_t GlobalThread() {
  return static_cast<int64_t>(blockIdx.x) * blockDim.x + threadIdx.x;
}

__device__ inline int64_t GlobalThreads() {
  return static_cast<int64_t>(gridDim.x) * blockDim.x;
}

// Blocks for one item a thread; at least 1 and at most `max_blocks`.
inline unsigned BlocksFor(int64_t items, int threads, int max_blocks) {
  const int64_t blocks = items / threads + (items % threads != 0 ? 1 : 0);
  return static_cast<unsigned>(blocks < 1            ? 1
                               : blocks > max_blocks ? max_blocks
                                                     : blocks);
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_DEVICE_GRID_CUH_
