#include "kaito/runtime/serve/engine/block_allocator.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kaito/base/check/check.h"

namespace kaito::runtime::serve {

BlockAllocator::BlockAllocator(int64_t blocks)
    : taken_(static_cast<size_t>(blocks), false) {
  free_.reserve(static_cast<size_t>(blocks));
  for (int64_t b = blocks; b-- > 0;) free_.push_back(static_cast<int32_t>(b));
}

bool BlockAllocator::Take(int64_t count, std::vector<int32_t>& table) {
  if (count > free()) return false;
  for (int64_t i = 0; i < count; ++i) {
    const int32_t block = free_.back();
    free_.pop_back();
    taken_[static_cast<size_t>(block)] = true;
    table.push_back(block);
  }
  return true;
}

void BlockAllocator::Give(std::vector<int32_t>& table) {
  while (!table.empty()) {
    const int32_t block = table.back();
    table.pop_back();
    KAITO_CHECK(taken_[static_cast<size_t>(block)]) << "block " << block;
    taken_[static_cast<size_t>(block)] = false;
    free_.push_back(block);
  }
}

}  // namespace kaito::runtime::serve
