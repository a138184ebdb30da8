#include "kaito/kernels/swiglu/swiglu_ref.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/swiglu/swiglu_params.h"
#include "kaito/kernels/testing/compare.h"
#include "kaito/kernels/testing/values.h"

namespace kaito::kernels {
namespace {

using testing::GradientError;
using testing::ToDouble;
using testing::Values;
using Doubles = std::vector<double>;

TEST(SwigluRef, AgreesWithKnownValues) {
  const Doubles gate = {1, -2}, up = {2, 1};
  Doubles y(2);
  SwigluParamsOf<double> params = {gate.data(), up.data(), y.data(), 1, 2, 2};
  SwigluRef(params);
  EXPECT_NEAR(y[0], 2 * 0.7310585786300049, 1e-15);
  EXPECT_NEAR(y[1], -2 * 0.11920292202211755, 1e-15);
  params.activation = GateActivation::kGeluTanh;
  SwigluRef(params);
  EXPECT_NEAR(y[0], 2 * 0.8411919906082768, 1e-12);
  EXPECT_NEAR(y[1], -0.04540230591, 1e-11);
}

TEST(SwigluBackwardRef, AgreesWithFiniteDifferencesInAFusedLayout) {
  constexpr int64_t kRows = 3, kColumns = 4;
  for (const GateActivation activation :
       {GateActivation::kSilu, GateActivation::kGeluTanh}) {
    Doubles gate_up = ToDouble(Values(2 * kRows * kColumns, 1));
    for (double& value : gate_up) value *= 3;
    const Doubles dy = ToDouble(Values(kRows * kColumns, 2));
    Doubles y(kRows * kColumns), gradient(gate_up.size());
    const auto loss = [&] {
      SwigluRef({gate_up.data(), gate_up.data() + kColumns, y.data(), kRows,
                 kColumns, 2 * kColumns, activation});
      return testing::Dot(y, dy);
    };
    SwigluBackwardRef({gate_up.data(), gate_up.data() + kColumns, dy.data(),
                       gradient.data(), gradient.data() + kColumns, kRows,
                       kColumns, 2 * kColumns, activation});
    EXPECT_LT(GradientError(gate_up, gradient, loss), 1e-8);
  }
}

}  // namespace
}  // namespace kaito::kernels
