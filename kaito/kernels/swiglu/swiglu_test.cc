#include "kaito/kernels/swiglu/swiglu.h"

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

TEST(Swiglu, ReadsAFusedMatrix) {
  const std::vector<float> gate_up = {1, 2, 3, 4, 0, 1};  // [1 | 2], [3 | 4]
  std::vector<float> y(3);
  KAITO_ASSERT_OK(Swiglu({.gate = gate_up.data(),
                          .up = gate_up.data() + 1,
                          .y = y.data(),
                          .rows = 3,
                          .columns = 1,
                          .stride = 2},
                         Stream::Cpu()));
  EXPECT_NEAR(y[0], 2 * 0.7310586f, 1e-6);
  EXPECT_NEAR(y[1], 12 * 0.95257413f, 1e-5);
  EXPECT_EQ(y[2], 0);
}

TEST(Swiglu, RefusesWhatItCantDoNamingTheValues) {
  std::vector<float> x(4);
  EXPECT_THAT(Swiglu({.rows = 2, .columns = 2, .stride = 1}, Stream::Cpu()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("swiglu(silu, rows=2, columns=2, stride=1, "
                                 "cpu): stride is below columns")));
  EXPECT_THAT(
      Swiglu({.gate = x.data(),
              .y = x.data(),
              .rows = 2,
              .columns = 2,
              .stride = 2},
             Stream::Cpu()),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("up is null")));
  EXPECT_THAT(
      SwigluBackward({.rows = 2,
                      .columns = 2,
                      .stride = 2,
                      .activation = GateActivation::kGeluTanh},
                     Stream::Cpu()),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("swiglu_backward(gelu_tanh, rows=2, columns=2, "
                         "stride=2, cpu): gate is null")));
}

TEST(Swiglu, SaysThatThereIsNoCudaKernel) {
  const Stream stream =
      Stream::Cuda(reinterpret_cast<CUstream_st*>(uintptr_t{16}), {0});
  EXPECT_THAT(Swiglu({}, stream), StatusIs(absl::StatusCode::kUnimplemented));
  EXPECT_THAT(SwigluBackward({}, stream),
              StatusIs(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace kaito::kernels
