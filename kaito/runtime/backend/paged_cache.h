#ifndef KAITO_RUNTIME_BACKEND_PAGED_CACHE_H_
#define KAITO_RUNTIME_BACKEND_PAGED_CACHE_H_

// PagedCache: the keys and values of all layers in this machine's memory, in
// blocks that any sequence may take. CpuBackend makes and reads it; which block
// is whose is the engine's business.
//
//   KAITO_ASSIGN_OR_RETURN(std::unique_ptr<PagedCache> cache,
//                          PagedCache::Create(config, {.blocks = 512}));
//   kernels::PagedKv kv = cache->Layer(3);  // Without sequences.

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "kaito/kernels/decode_attention/paged_kv_params.h"
#include "kaito/runtime/backend/aligned_buffer.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {

class PagedCache : public KvCache {
 public:
  // Of f32. InvalidArgument for sizes out of range; ResourceExhausted where the
  // memory is not there. Pages that no token was written to take none yet.
  static absl::StatusOr<std::unique_ptr<PagedCache>> Create(
      const DecoderConfig& config, const KvCacheOptions& options);

  // Keys and values, of all layers.
  static int64_t BytesPerToken(const DecoderConfig& config);

  int64_t blocks() const override { return shape_.blocks; }
  int64_t block_size() const override { return shape_.block_size; }
  int64_t bytes() const override { return memory_.bytes(); }

  // Where the layer's blocks are; the step adds its sequences.
  kernels::PagedKv Layer(int64_t layer);

  // Whether it was made for such a decoder.
  bool Fits(const DecoderConfig& config) const;

 private:
  PagedCache(const kernels::PagedKv& shape, int64_t layers,
             AlignedBuffer memory);

  const kernels::PagedKv shape_;
  const int64_t layers_;
  // [layers, 2, blocks, kv_heads, block_size, head_dim]: keys, then values.
  AlignedBuffer memory_;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_PAGED_CACHE_H_
