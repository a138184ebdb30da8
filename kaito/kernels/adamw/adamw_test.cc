#include "kaito/kernels/adamw/adamw.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/testing/golden_file.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;
using Floats = std::vector<float>;

// Within a few units in the last place, of the value or, where a step took it
// near zero, of what it was before: steps are 0.01.
void ExpectNear(const Floats& got, const Floats& want) {
  ASSERT_EQ(got.size(), want.size());
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(got[i], want[i], 1e-6 * std::abs(want[i]) + 5e-9) << i;
  }
}

TEST(Adamw, TakesTheStepsOfPyTorch) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const testing::GoldenFile golden,
      testing::GoldenFile::Read(
          "kaito/kernels/adamw/testdata/adamw32.safetensors"));
  KAITO_ASSERT_OK_AND_ASSIGN(Floats parameter,
                             golden.Tensor<float>("param_initial"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Floats gradients,
                             golden.Tensor<float>("grads"));
  const auto size = static_cast<int64_t>(parameter.size());
  Floats first(size), second(size);
  for (int64_t step = 1; step <= 6; ++step) {
    const AdamwTensor tensor = {parameter.data(),
                                gradients.data() + (step - 1) * size,
                                first.data(), second.data(), size};
    KAITO_ASSERT_OK(Adamw({.tensors = &tensor,
                           .tensor_count = 1,
                           .step = step,
                           .learning_rate = 0.01,
                           .weight_decay = 0.1},
                          Stream::Cpu()));
    KAITO_ASSERT_OK_AND_ASSIGN(
        const Floats want,
        golden.Tensor<float>(absl::StrCat("step", step, ".param")));
    ExpectNear(parameter, want);
  }
  KAITO_ASSERT_OK_AND_ASSIGN(const Floats exp_avg,
                             golden.Tensor<float>("exp_avg"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Floats exp_avg_sq,
                             golden.Tensor<float>("exp_avg_sq"));
  ExpectNear(first, exp_avg);
  ExpectNear(second, exp_avg_sq);
}

TEST(Adamw, NothingToDoIsFine) {
  KAITO_EXPECT_OK(Adamw({.step = 1}, Stream::Cpu()));
}

TEST(Adamw, RefusesWhatItCantDoNamingTheValues) {
  const auto refused = [](const AdamwParams& params, const char* why) {
    EXPECT_THAT(Adamw(params, Stream::Cpu()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  refused({}, "adamw(tensors=0, step=0, cpu): step is 0, the first is 1");
  refused({.step = 1, .beta2 = 1}, "beta2 is 1, want 0 to below 1");
  refused({.step = 1, .learning_rate = std::nan("")}, "learning_rate is nan");
  refused({.step = 1, .epsilon = -1}, "epsilon is -1, want 0 or more");
  float x = 0;
  const AdamwTensor tensor = {&x, &x, nullptr, &x, 1};
  refused({.tensors = &tensor, .tensor_count = 1, .step = 1},
          "tensor 0: first is null");
}

TEST(Adamw, SaysThatThereIsNoCudaKernel) {
  EXPECT_THAT(
      Adamw({.step = 1},
            Stream::Cuda(reinterpret_cast<CUstream_st*>(uintptr_t{16}), {0})),
      StatusIs(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace kaito::kernels
