#include "kaito/runtime/backend/rope_tables.h"

#include <cstdint>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/rope/rope_table.h"
#include "kaito/runtime/model/rope_config.h"

namespace kaito::runtime {
namespace {

// The row of `tables` is that of a table made for this length alone.
void ExpectRow(const RopeTables& tables, const RopeConfig& rope,
               int64_t position, int64_t length) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const kernels::RopeTable want,
      kernels::MakeRopeTable(MakeRopeSpec(rope, length), position + 1));
  const int64_t pairs = rope.rotary_dim / 2;
  const int64_t row = tables.Row(position, length);
  ASSERT_LT(row, tables.table().positions);
  for (int64_t i = 0; i < pairs; ++i) {
    EXPECT_EQ(tables.table().cos[row * pairs + i],
              want.cos[position * pairs + i]);
    EXPECT_EQ(tables.table().sin[row * pairs + i],
              want.sin[position * pairs + i]);
  }
}

TEST(RopeTables, GrowWithoutMovingRows) {
  const RopeConfig rope = {.rotary_dim = 8, .theta = 10000};
  RopeTables tables(rope);
  KAITO_ASSERT_OK(tables.Grow(10));
  ExpectRow(tables, rope, 9, 10);
  KAITO_ASSERT_OK(tables.Grow(5000));
  ExpectRow(tables, rope, 9, 5000);
  ExpectRow(tables, rope, 4999, 5000);
  const int64_t positions = tables.table().positions;
  KAITO_ASSERT_OK(tables.Grow(10));
  EXPECT_EQ(tables.table().positions, positions);
}

TEST(RopeTables, ALongSequenceTakesTheLongFactors) {
  const RopeConfig rope = {.rotary_dim = 4,
                           .theta = 10000,
                           .scaling = LongRope{.short_factors = {1, 1.5},
                                               .long_factors = {2, 5},
                                               .original_positions = 32,
                                               .attention_factor = 1.2}};
  RopeTables tables(rope);
  KAITO_ASSERT_OK(tables.Grow(33));
  ExpectRow(tables, rope, 31, 32);
  ExpectRow(tables, rope, 31, 33);
  ExpectRow(tables, rope, 32, 4096);
  KAITO_ASSERT_OK(tables.Grow(4096));
  ExpectRow(tables, rope, 31, 32);
  ExpectRow(tables, rope, 31, 33);
  ExpectRow(tables, rope, 4095, 4096);
}

}  // namespace
}  // namespace kaito::runtime
