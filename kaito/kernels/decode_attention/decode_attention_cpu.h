#ifndef KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_CPU_H_
#define KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_CPU_H_

// The CPU's version, for decode_attention.cc alone; everyone else calls
// DecodeAttention() (decode_attention.h).

#include <cstdint>

#include "kaito/kernels/decode_attention/decode_attention_params.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {

// Keys that one task reads: 400 KB of keys and values of a head of 96 in f32,
// some 20 us of one core's bandwidth. A constant, so that the result does not
// depend on the number of workers.
inline constexpr int64_t kDecodeChunkKeys = 512;

// `params.kv` must have been checked.
int64_t DecodeAttentionCpuWorkspaceBytes(const DecodeAttentionParams& params);

// `params` have been checked; `workers` may be null.
void DecodeAttentionCpu(const DecodeAttentionParams& params, Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_DECODE_ATTENTION_DECODE_ATTENTION_CPU_H_
