#ifndef KAITO_KERNELS_POISON_POISON_CUH_
#define KAITO_KERNELS_POISON_POISON_CUH_

// The kernel; included by poison.cu alone.
//
// Mapping: a one-dimensional grid of any size. Each thread stores 16 bytes of
// the aligned middle, then those a whole grid further on. The first threads also
// store one byte each of the head, before the first multiple of 16, and of the
// tail.
//
// Shared memory, barriers: none.
//
// Bytes: size_bytes written, none read. Flops: none.

#include <cstdint>

#include "kaito/kernels/device/grid.cuh"
#include "kaito/kernels/poison/poison_params.h"

namespace kaito::kernels {

constexpr int kPoisonVectorBytes = 16;  // The widest store of one thread.
static_assert(sizeof(uint4) == kPoisonVectorBytes);

// How a buffer splits into head, middle and tail.
struct PoisonSplit {
  int64_t head_bytes;  // Less than 16.
  int64_t vectors;
  int64_t tail_bytes;  // Less than 16.
};

__host__ __device__ inline PoisonSplit SplitForPoison(
    const PoisonParams& params) {
  const int64_t past = static_cast<int64_t>(
      reinterpret_cast<uintptr_t>(params.data) % kPoisonVectorBytes);
  int64_t head = past == 0 ? 0 : kPoisonVectorBytes - past;
  if (head > params.size_bytes) head = params.size_bytes;
  const int64_t rest = params.size_bytes - head;
  return {head, rest / kPoisonVectorBytes, rest % kPoisonVectorBytes};
}

__global__ void PoisonKernel(PoisonParams params) {
  const PoisonSplit split = SplitForPoison(params);
  const int64_t thread = GlobalThread();
  auto* const data = static_cast<uint8_t*>(params.data);

  // data is aligned to an element, so the middle starts at one, and the word
  // repeats it: every vector is the same.
  const uint32_t word = PatternWord(params.pattern);
  auto* const middle = reinterpret_cast<uint4*>(data + split.head_bytes);
  for (int64_t i = thread; i < split.vectors; i += GlobalThreads()) {
    middle[i] = make_uint4(word, word, word, word);
  }

  if (thread < split.head_bytes) {
    data[thread] = PatternByte(params.pattern, thread);
  }
  if (thread < split.tail_bytes) {
    const int64_t at = params.size_bytes - split.tail_bytes + thread;
    data[at] = PatternByte(params.pattern, at);
  }
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_POISON_POISON_CUH_
