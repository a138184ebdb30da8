#include "kaito/kernels/kv_append/kv_append_cpu.h"

#include <cstdint>
#include <cstring>

#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

void StoreRow(const float* from, int64_t dim, KvType type, void* data,
              int64_t row) {
  if (type == KvType::kF32) {
    std::memcpy(static_cast<float*>(data) + row * dim, from,
                static_cast<size_t>(dim) * sizeof(float));
    return;
  }
  bf16* const out = static_cast<bf16*>(data) + row * dim;
  for (int64_t i = 0; i < dim; ++i) out[i] = ToBf16(from[i]);
}

void AppendToken(const KvAppendParams& params, int64_t sequence,
                 int64_t token) {
  const PagedKv& kv = params.kv;
  const int64_t position =
      kv.lengths[sequence] - (kv.starts[sequence + 1] - token);
  const int64_t block =
      kv.block_table[sequence * kv.table_stride + position / kv.block_size];
  for (int64_t head = 0; head < kv.kv_heads; ++head) {
    const int64_t row =
        (block * kv.kv_heads + head) * kv.block_size + position % kv.block_size;
    const int64_t column = head * kv.head_dim;
    StoreRow(params.k + token * params.k_token_stride + column, kv.head_dim,
             kv.type, kv.keys, row);
    StoreRow(params.v + token * params.v_token_stride + column, kv.head_dim,
             kv.type, kv.values, row);
  }
}

}  // namespace

void KvAppendCpu(const KvAppendParams& params, Workers* workers) {
  // A sequence has its last block to itself; a prompt's tokens are in one
  // task, and prefill has other work by far.
  ParallelFor(workers, params.kv.sequences, /*grain=*/4,
              [&](int64_t begin, int64_t end) {
                for (int64_t s = begin; s < end; ++s) {
                  for (int64_t token = params.kv.starts[s];
                       token < params.kv.starts[s + 1]; ++token) {
                    AppendToken(params, s, token);
                  }
                }
              });
}

}  // namespace kaito::kernels
