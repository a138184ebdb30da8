#include "kaito/kernels/adamw/adamw_ref.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/adamw/adamw_params.h"

namespace kaito::kernels {
namespace {

// The first step moves by the learning rate in the sign's direction, whatever
// the gradient's size, after the decay.
TEST(AdamwRef, FirstStepMovesByTheLearningRate) {
  std::vector<double> parameter = {1, 1}, first(2), second(2);
  const std::vector<double> gradient = {100, -0.001};
  const AdamwTensorOf<double> tensor = {parameter.data(), gradient.data(),
                                        first.data(), second.data(), 2};
  AdamwRef({.tensors = &tensor,
            .tensor_count = 1,
            .step = 1,
            .learning_rate = 0.1,
            .epsilon = 0,
            .weight_decay = 0.5});
  EXPECT_DOUBLE_EQ(parameter[0], 0.95 - 0.1);
  EXPECT_DOUBLE_EQ(parameter[1], 0.95 + 0.1);
  EXPECT_DOUBLE_EQ(first[0], 10);
  EXPECT_NEAR(second[0], 10, 1e-12);
}

}  // namespace
}  // namespace kaito::kernels
