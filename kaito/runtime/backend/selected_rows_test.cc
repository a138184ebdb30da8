#include "kaito/runtime/backend/selected_rows.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"

namespace kaito::runtime {
namespace {

using Floats = std::vector<float>;

TEST(SelectedRows, AreBroughtTogetherAndSpreadAgain) {
  const Floats from = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  const std::vector<int32_t> selected = {1, 2, 4};
  Floats data(10, -1);
  GatherRows(from.data(), selected, 2, data.data());
  EXPECT_EQ(data, (Floats{3, 4, 5, 6, 9, 10, -1, -1, -1, -1}));
  SpreadRows(selected, 5, 2, data.data());
  EXPECT_EQ(data, (Floats{0, 0, 3, 4, 5, 6, 0, 0, 9, 10}));
}

TEST(SelectedRows, AllAndNoneOfThem) {
  Floats data = {1, 2, 3};
  SpreadRows(std::vector<int32_t>{0, 1, 2}, 3, 1, data.data());
  EXPECT_EQ(data, (Floats{1, 2, 3}));
  SpreadRows({}, 3, 1, data.data());
  EXPECT_EQ(data, (Floats{0, 0, 0}));
}

}  // namespace
}  // namespace kaito::runtime
