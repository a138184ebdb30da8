#include "kaito/runtime/serve/engine/block_allocator.h"

#include <cstdint>
#include <set>
#include <vector>

#include "gtest/gtest.h"

namespace kaito::runtime::serve {
namespace {

TEST(BlockAllocator, GivesEachBlockToOneOwner) {
  BlockAllocator allocator(5);
  std::vector<int32_t> a, b;
  ASSERT_TRUE(allocator.Take(2, a));
  ASSERT_TRUE(allocator.Take(3, b));
  std::set<int32_t> all(a.begin(), a.end());
  all.insert(b.begin(), b.end());
  EXPECT_EQ(all, (std::set<int32_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(allocator.free(), 0);
}

TEST(BlockAllocator, TakesAllOrNothing) {
  BlockAllocator allocator(3);
  std::vector<int32_t> a = {};
  ASSERT_TRUE(allocator.Take(2, a));
  EXPECT_FALSE(allocator.Take(2, a));
  EXPECT_EQ(a.size(), 2u);
  EXPECT_EQ(allocator.free(), 1);
  allocator.Give(a);
  EXPECT_TRUE(a.empty());
  EXPECT_EQ(allocator.free(), 3);
}

TEST(BlockAllocatorDeathTest, NoticesABlockGivenBackTwice) {
  BlockAllocator allocator(2);
  std::vector<int32_t> a;
  ASSERT_TRUE(allocator.Take(1, a));
  std::vector<int32_t> copy = a;
  allocator.Give(a);
  EXPECT_DEATH(allocator.Give(copy), "block 0");
}

}  // namespace
}  // namespace kaito::runtime::serve
