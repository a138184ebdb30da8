#include "kaito/runtime/weights/dtype.h"

#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

TEST(ParseDtype, KnowsTheNamesOfTheFormat) {
  EXPECT_THAT(ParseDtype("BF16"), IsOkAndHolds(Dtype::kBf16));
  EXPECT_THAT(ParseDtype("F8_E4M3"), IsOkAndHolds(Dtype::kF8E4m3));
  EXPECT_EQ(NameOf(Dtype::kF32), "F32");
  EXPECT_EQ(BitsOf(Dtype::kF6E2m3), 6);
  EXPECT_EQ(BitsOf(Dtype::kU64), 64);
}

TEST(ParseDtype, NamesThoseThatExist) {
  EXPECT_THAT(ParseDtype("bf16\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       ::testing::AllOf(HasSubstr("\"bf16\\n\""),
                                        HasSubstr("F16 BF16"))));
}

TEST(ElementCount, MultipliesAndRefusesWhatDoesNotFit) {
  EXPECT_THAT(ElementCount(std::vector<int64_t>{}), IsOkAndHolds(1));
  EXPECT_THAT(ElementCount(std::vector<int64_t>{160, 48}), IsOkAndHolds(7680));
  EXPECT_THAT(ElementCount(std::vector<int64_t>{3, 0, 5}), IsOkAndHolds(0));
  EXPECT_THAT(ElementCount(std::vector<int64_t>{kMost, 1}),
              IsOkAndHolds(kMost));
  for (const std::vector<int64_t>& shape : std::vector<std::vector<int64_t>>{
           {kMost, 2}, {1 << 30, 1 << 30, 1 << 30}, {0, kMost, 3}, {-1}}) {
    EXPECT_THAT(ElementCount(shape),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr(ShapeToString(shape))));
  }
}

TEST(ByteCount, RefusesOverflowAndPartsOfBytes) {
  EXPECT_THAT(ByteCount(Dtype::kBf16, std::vector<int64_t>{2, 3}),
              IsOkAndHolds(12));
  EXPECT_THAT(ByteCount(Dtype::kF4, std::vector<int64_t>{2, 3}),
              IsOkAndHolds(3));
  EXPECT_THAT(ByteCount(Dtype::kF4, std::vector<int64_t>{3}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no whole bytes")));
  EXPECT_THAT(ByteCount(Dtype::kF64, std::vector<int64_t>{kMost / 8}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace kaito::runtime
