#include "kaito/kernels/row_matmul/row_matmul_ref.h"

#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/row_matmul/row_matmul_params.h"

namespace kaito::kernels {
namespace {

TEST(RowMatmulRef, MultipliesRowsWithRows) {
  const std::vector<double> x = {1, 2, 3, 4};
  const std::vector<double> w = {1, 0, 0, 1, 1, 1};
  std::vector<double> y(6, 100);
  RowMatmulParamsOf<double> params = {
      .x = x.data(), .w = w.data(), .y = y.data(), .m = 2, .n = 3, .k = 2};
  RowMatmulRef(params);
  EXPECT_EQ(y, (std::vector<double>{1, 2, 3, 3, 4, 7}));
  params.accumulate = true;
  RowMatmulRef(params);
  EXPECT_EQ(y, (std::vector<double>{2, 4, 6, 6, 8, 14}));
}

}  // namespace
}  // namespace kaito::kernels
