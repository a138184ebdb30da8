#include "kaito/kernels/embedding/embedding.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

TEST(Embedding, PicksRowsOfABf16Table) {
  const std::vector<bf16> table = {ToBf16(1), ToBf16(2), ToBf16(3), ToBf16(4)};
  const std::vector<int32_t> ids = {1, 0};
  std::vector<float> out(4);
  EmbeddingParams params = {.table = table.data(),
                            .table_type = FloatType::kBf16,
                            .ids = ids.data(),
                            .out = out.data(),
                            .tokens = 2,
                            .columns = 2,
                            .vocabulary = 2};
  KAITO_ASSERT_OK(Embedding(params, Stream::Cpu()));
  EXPECT_EQ(out, (std::vector<float>{3, 4, 1, 2}));

  params.vocabulary = 1;
  EXPECT_THAT(
      Embedding(params, Stream::Cpu()),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("embedding(tokens=2, columns=2, vocabulary=1, bf16, "
                         "cpu): the id of token 0 is 1")));
  params.table_type = FloatType::kFp16;
  EXPECT_THAT(Embedding(params, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument));
  params.table_type = FloatType::kF32;
  params.out = nullptr;
  EXPECT_THAT(
      Embedding(params, Stream::Cpu()),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("out is null")));
}

TEST(Embedding, NothingToDoIsFine) {
  KAITO_EXPECT_OK(Embedding({}, Stream::Cpu()));
}

TEST(Embedding, SaysThatThereIsNoCudaKernel) {
  EXPECT_THAT(
      Embedding(
          {}, Stream::Cuda(reinterpret_cast<CUstream_st*>(uintptr_t{16}), {0})),
      StatusIs(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace kaito::kernels
