#include "kaito/kernels/adamw/adamw_cpu.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/adamw/adamw_cases.h"
#include "kaito/kernels/adamw/adamw_params.h"
#include "kaito/kernels/adamw/adamw_ref.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/testing/compare.h"
#include "kaito/kernels/testing/cpu_targets.h"
#include "kaito/kernels/testing/host_buffer.h"
#include "kaito/kernels/testing/values.h"

namespace kaito::kernels {
namespace {

using testing::HostBuffer;
using testing::ToDouble;
using testing::Values;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

template <typename T>
AdamwParamsOf<T> Step(const std::vector<AdamwTensorOf<T>>& tensors,
                      int64_t step) {
  return {.tensors = tensors.data(),
          .tensor_count = static_cast<int64_t>(tensors.size()),
          .step = step,
          .learning_rate = 0.01,
          .weight_decay = 0.1,
          .gradient_scale = 0.5};
}

// Tensors of floats that start at zero states, and the same in double.
struct Model {
  explicit Model(const std::vector<int64_t>& sizes) {
    for (const int64_t size : sizes) {
      parameters.emplace_back(Values(size, 1));
      first.emplace_back(Floats(size));
      second.emplace_back(Floats(size));
      gradients.emplace_back(Values(size, 2));
    }
    for (size_t i = 0; i < sizes.size(); ++i) {
      tensors.push_back({parameters[i].data(), gradients[i].data(),
                         first[i].data(), second[i].data(), sizes[i]});
    }
  }
  std::vector<HostBuffer> parameters, first, second, gradients;
  std::vector<AdamwTensor> tensors;
};

void ExpectEqualsTheReference(const std::vector<int64_t>& sizes,
                              Workers* workers) {
  Model got(sizes);
  for (int64_t step = 1; step <= kAdamwSteps; ++step) {
    AdamwCpu(Step(got.tensors, step), workers);
  }
  const testing::Tolerance tolerance = {.relative_norm = kAdamwRelativeNorm,
                                        .max_abs = kAdamwMaxAbs,
                                        .reason = "float, 4 steps"};
  Model start(sizes);
  for (size_t i = 0; i < sizes.size(); ++i) {
    Doubles parameter = start.parameters[i].ToDouble();
    const Doubles gradient = start.gradients[i].ToDouble();
    Doubles first(sizes[i]), second(sizes[i]);
    const std::vector<AdamwTensorOf<double>> tensor = {
        {parameter.data(), gradient.data(), first.data(), second.data(),
         sizes[i]}};
    for (int64_t step = 1; step <= kAdamwSteps; ++step) {
      AdamwRef(Step(tensor, step));
    }
    EXPECT_EQ(got.parameters[i].Damage() + got.first[i].Damage() +
                  got.second[i].Damage(),
              "");
    KAITO_EXPECT_OK(
        CheckClose(got.parameters[i].ToDouble(), parameter, tolerance));
    KAITO_EXPECT_OK(CheckClose(got.first[i].ToDouble(), first, tolerance));
    KAITO_EXPECT_OK(CheckClose(got.second[i].ToDouble(), second, tolerance));
  }
}

TEST(AdamwCpu, EqualsTheReferenceOnEveryTarget) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(3));
  testing::ForEachCpuTarget([&] {
    for (const std::vector<int64_t>& sizes : AdamwCases()) {
      ExpectEqualsTheReference(sizes, team.get());
    }
  });
}

TEST(AdamwCpu, GivesTheSameBitsForEveryNumberOfWorkers) {
  Model one({30001, 7});
  AdamwCpu(Step(one.tensors, 1), nullptr);
  for (const int64_t count : {2, 5}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                               WorkerTeam::Create(count));
    Model many({30001, 7});
    AdamwCpu(Step(many.tensors, 1), team.get());
    EXPECT_EQ(one.parameters[0].ToDouble(), many.parameters[0].ToDouble());
    EXPECT_EQ(one.parameters[1].ToDouble(), many.parameters[1].ToDouble());
  }
}

TEST(AdamwCpu, ANanGradientSpoilsItsElementAndNoOther) {
  Model model({40});
  model.gradients[0].data()[21] = std::numeric_limits<float>::quiet_NaN();
  AdamwCpu(Step(model.tensors, 1), nullptr);
  for (int64_t i = 0; i < 40; ++i) {
    EXPECT_EQ(std::isnan(model.parameters[0].values()[i]), i == 21);
  }
}

TEST(AdamwCpu, AZeroGradientLeavesAParameterThatDoesntDecay) {
  Model model({20});
  for (int64_t i = 0; i < 20; ++i) model.gradients[0].data()[i] = 0;
  const Doubles before = model.parameters[0].ToDouble();
  AdamwParams params = Step(model.tensors, 1);
  params.weight_decay = 0;
  AdamwCpu(params, nullptr);
  EXPECT_EQ(model.parameters[0].ToDouble(), before);
}

}  // namespace
}  // namespace kaito::kernels
