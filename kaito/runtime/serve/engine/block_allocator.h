#ifndef KAITO_RUNTIME_SERVE_ENGINE_BLOCK_ALLOCATOR_H_
#define KAITO_RUNTIME_SERVE_ENGINE_BLOCK_ALLOCATOR_H_

// Which blocks of the KvCache are free. The scheduler (scheduler.h) uses it;
// what is in a block is the backend's affair.
//
//   BlockAllocator allocator(cache.blocks());
//   std::vector<int32_t> table;
//   if (!allocator.Take(3, table)) ...  // Not so many are free.
//   allocator.Give(table);
//
// Pure: the same calls give the same blocks. Not synchronised.

#include <cstdint>
#include <vector>

namespace kaito::runtime::serve {

class BlockAllocator {
 public:
  explicit BlockAllocator(int64_t blocks);

  // Appends `count` blocks to `table`; false, with nothing done, where fewer
  // are free.
  [[nodiscard]] bool Take(int64_t count, std::vector<int32_t>& table);
  // Takes all of them back and empties `table`. KAITO_CHECK: they were taken.
  void Give(std::vector<int32_t>& table);

  int64_t total() const { return static_cast<int64_t>(taken_.size()); }
  int64_t free() const { return static_cast<int64_t>(free_.size()); }

 private:
  std::vector<int32_t> free_;  // The last one goes first.
  std::vector<bool> taken_;    // [total]
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_ENGINE_BLOCK_ALLOCATOR_H_
