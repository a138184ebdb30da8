#include "kaito/runtime/backend/paged_cache.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::runtime {
namespace {

// Of the kernels.
constexpr int64_t kMaxBlockSize = 1024;
// Block numbers and lengths are 32 bits.
constexpr int64_t kMaxTokens = int64_t{1} << 31;

}  // namespace

int64_t PagedCache::BytesPerToken(const DecoderConfig& config) {
  return 2 * config.layers * config.kv_heads * config.head_dim *
         static_cast<int64_t>(sizeof(float));
}

absl::StatusOr<std::unique_ptr<PagedCache>> PagedCache::Create(
    const DecoderConfig& config, const KvCacheOptions& options) {
  if (options.block_size < 1 || options.block_size > kMaxBlockSize ||
      options.blocks < 1 || options.blocks > kMaxTokens / options.block_size) {
    return absl::InvalidArgumentError(absl::StrCat(
        "kv cache: blocks=", options.blocks,
        ", block_size=", options.block_size, ", want 1 or more blocks of 1 to ",
        kMaxBlockSize, " tokens, and 2^31 tokens at most"));
  }
  KAITO_ASSIGN_OR_RETURN(
      AlignedBuffer memory,
      AlignedBuffer::Create(options.blocks * options.block_size *
                            BytesPerToken(config)));
  const kernels::PagedKv shape = {.blocks = options.blocks,
                                  .block_size = options.block_size,
                                  .kv_heads = config.kv_heads,
                                  .head_dim = config.head_dim};
  return absl::WrapUnique(
      new PagedCache(shape, config.layers, std::move(memory)));
}

PagedCache::PagedCache(const kernels::PagedKv& shape, int64_t layers,
                       AlignedBuffer memory)
    : shape_(shape), layers_(layers), memory_(std::move(memory)) {}

kernels::PagedKv PagedCache::Layer(int64_t layer) {
  const int64_t size =
      shape_.blocks * shape_.kv_heads * shape_.block_size * shape_.head_dim;
  kernels::PagedKv kv = shape_;
  kv.keys = memory_.As<float>() + 2 * layer * size;
  kv.values = memory_.As<float>() + (2 * layer + 1) * size;
  return kv;
}

bool PagedCache::Fits(const DecoderConfig& config) const {
  return config.layers == layers_ && config.kv_heads == shape_.kv_heads &&
         config.head_dim == shape_.head_dim;
}

}  // namespace kaito::runtime
