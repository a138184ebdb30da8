#include "kaito/kernels/embedding/embedding_ref.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/embedding/embedding_params.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

TEST(EmbeddingRef, PicksRows) {
  const std::vector<double> table = {1, 2, 3, 4, 5, 6};
  const std::vector<int32_t> ids = {2, 0, 2};
  std::vector<double> out(6);
  EmbeddingRef(
      {table.data(), FloatType::kF32, ids.data(), out.data(), 3, 2, 3, 0.5f});
  EXPECT_EQ(out, (std::vector<double>{2.5, 3, 0.5, 1, 2.5, 3}));
}

}  // namespace
}  // namespace kaito::kernels
