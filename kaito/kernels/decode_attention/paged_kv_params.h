#ifndef KAITO_KERNELS_DECODE_ATTENTION_PAGED_KV_PARAMS_H_
#define KAITO_KERNELS_DECODE_ATTENTION_PAGED_KV_PARAMS_H_

// PagedKv: one layer's cache of keys and values in blocks that sequences take
// as they grow, and what the step's tokens are in it. decode_attention reads
// it, kv_append writes it.

#include <cstdint>

namespace kaito::kernels {

enum class KvType : uint8_t { kF32, kBf16 };

struct PagedKv {
  // A block's keys of one head are contiguous: a query reads them in one go.
  // f32 or bf16 as `type` says.
  void* keys = nullptr;    // [blocks, kv_heads, block_size, head_dim]
  void* values = nullptr;  // [blocks, kv_heads, block_size, head_dim]
  KvType type = KvType::kF32;
  int64_t blocks = 0;
  int64_t block_size = 0;  // Tokens; 16 or 32 in most servers, at most 1024.
  int64_t kv_heads = 0;
  int64_t head_dim = 0;  // 1 to 256

  int64_t sequences = 0;
  // Tokens of each sequence, those of this step included. [sequences]
  const int32_t* lengths = nullptr;
  // This step's tokens of sequence s are rows [starts[s], starts[s + 1]) of q,
  // and the last ones of the sequence. Begins with 0. [sequences + 1]
  const int32_t* starts = nullptr;
  // Block i of sequence s holds its tokens from i * block_size on.
  const int32_t* block_table = nullptr;  // [sequences, table_stride]
  int64_t table_stride = 0;
};

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_DECODE_ATTENTION_PAGED_KV_PARAMS_H_
