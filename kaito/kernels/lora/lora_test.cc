#include "kaito/kernels/lora/lora.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

TEST(Lora, AddsToWhatTheFrozenLayerWrote) {
  const std::vector<float> x = {1, 2}, a = {3, 4}, b = {5, 6, 7};
  const LoraGroup group = {a.data(), b.data(), 1, 0.5, 0, 1};
  std::vector<float> t(1), y = {100, 200, 300};
  KAITO_ASSERT_OK(Lora({.x = x.data(),
                        .groups = &group,
                        .group_count = 1,
                        .t = t.data(),
                        .y = y.data(),
                        .rows = 1,
                        .inputs = 2,
                        .outputs = 3,
                        .t_stride = 1},
                       Stream::Cpu()));
  EXPECT_EQ(y, (std::vector<float>{127.5, 233, 338.5}));
}

TEST(Lora, RefusesWhatItCantDoNamingTheValues) {
  std::vector<float> x(64);
  LoraGroup groups[] = {{x.data(), x.data(), 2, 1, 0, 2},
                        {x.data(), x.data(), 2, 1, 2, 4}};
  const LoraParams params = {x.data(), groups, 2, x.data(), x.data(),
                             4,        3,      5, 2};
  const auto refused = [&](const char* why) {
    EXPECT_THAT(Lora(params, Stream::Cpu()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  KAITO_EXPECT_OK(Lora(params, Stream::Cpu()));
  groups[1].row_begin = 1;
  refused(
      "lora(rows=4, inputs=3, outputs=5, groups=2, cpu): group 1: rows 1 "
      "to 4 overlap");
  groups[1].row_begin = 2;
  groups[1].row_end = 5;
  refused("rows 2 to 5");
  groups[1].row_end = 4;
  groups[1].rank = 3;
  refused("group 1: rank 3 is above t_stride 2");
  groups[1].rank = 257;
  refused("rank is 257, want 1 to 256");
  groups[1].rank = 2;
  groups[0].b = nullptr;
  refused("group 0: b is null");
  EXPECT_THAT(
      LoraBackward({.rows = 1, .inputs = 2, .outputs = 3}, Stream::Cpu()),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("lora_backward(rows=1, inputs=2, outputs=3, rank=0, "
                         "cpu): rank is 0")));
  EXPECT_THAT(
      LoraBackward({.rows = 1, .inputs = 2, .outputs = 3, .rank = 1},
                   Stream::Cpu()),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("x is null")));
}

TEST(Lora, SaysThatThereIsNoCudaKernel) {
  const Stream stream =
      Stream::Cuda(reinterpret_cast<CUstream_st*>(uintptr_t{16}), {0});
  EXPECT_THAT(Lora({}, stream), StatusIs(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace kaito::kernels
