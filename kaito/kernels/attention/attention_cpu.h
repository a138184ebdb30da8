#ifndef KAITO_KERNELS_ATTENTION_ATTENTION_CPU_H_
#define KAITO_KERNELS_ATTENTION_ATTENTION_CPU_H_

// The CPU's version, for attention.cc alone; everyone else calls
// AttentionForward() and AttentionBackward() (attention.h).

#include <cstdint>

#include "kaito/kernels/attention/attention_params.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {

// Queries (a token and a head each) of a tile: two times three vectors of 16
// floats. Keys of a block.
inline constexpr int64_t kAttentionTileRows = 96;
inline constexpr int64_t kAttentionBlockKeys = 64;

// Head sizes are padded to whole vectors of the widest target.
constexpr int64_t AttentionPaddedDim(int64_t head_dim) {
  return (head_dim + 15) / 16 * 16;
}

// `starts` of the parameters must have been checked.
int64_t AttentionForwardCpuWorkspaceBytes(const AttentionParams& params,
                                          int64_t workers);
int64_t AttentionBackwardCpuWorkspaceBytes(const AttentionParams& params,
                                           int64_t workers);

// `params` have been checked; `workers` may be null.
void AttentionForwardCpu(const AttentionParams& params, Workers* workers);
void AttentionBackwardCpu(const AttentionBackwardParams& params,
                          Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ATTENTION_ATTENTION_CPU_H_
