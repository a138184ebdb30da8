#include "kaito/kernels/lora/lora_ref.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/lora/lora_params.h"
#include "kaito/kernels/testing/compare.h"
#include "kaito/kernels/testing/values.h"

namespace kaito::kernels {
namespace {

using testing::GradientError;
using testing::ToDouble;
using testing::Values;
using Doubles = std::vector<double>;

TEST(LoraRef, AgreesWithNumbersByHand) {
  const Doubles x = {1, 2}, a = {3, 4}, b = {5, 6, 7};
  const LoraGroupOf<double> group = {a.data(), b.data(), 1, 0.5, 0, 1};
  Doubles t(1), y = {100, 200, 300};
  LoraRef({x.data(), &group, 1, t.data(), y.data(), 1, 2, 3, 1});
  EXPECT_EQ(t, (Doubles{11}));
  EXPECT_EQ(y, (Doubles{127.5, 233, 338.5}));
}

TEST(LoraBackwardRef, AgreesWithFiniteDifferences) {
  constexpr int64_t kRows = 3, kInputs = 4, kOutputs = 5, kRank = 2;
  Doubles x = ToDouble(Values(kRows * kInputs, 1));
  Doubles a = ToDouble(Values(kRank * kInputs, 2));
  Doubles b = ToDouble(Values(kOutputs * kRank, 3));
  const Doubles dy = ToDouble(Values(kRows * kOutputs, 4));
  Doubles t(kRows * kRank);
  const auto loss = [&] {
    const LoraGroupOf<double> group = {a.data(), b.data(), kRank,
                                       1.5,      0,        kRows};
    Doubles y(kRows * kOutputs);
    LoraRef({x.data(), &group, 1, t.data(), y.data(), kRows, kInputs, kOutputs,
             kRank});
    return testing::Dot(y, dy);
  };
  loss();
  Doubles dt(t.size()), da(a.size()), db(b.size()), dx(x.size());
  LoraBackwardRef({x.data(), t.data(), dy.data(), a.data(), b.data(), dt.data(),
                   da.data(), db.data(), dx.data(), kRows, kInputs, kOutputs,
                   kRank, 1.5});
  EXPECT_LT(GradientError(x, dx, loss), 1e-8);
  EXPECT_LT(GradientError(a, da, loss), 1e-8);
  EXPECT_LT(GradientError(b, db, loss), 1e-8);
}

}  // namespace
}  // namespace kaito::kernels
