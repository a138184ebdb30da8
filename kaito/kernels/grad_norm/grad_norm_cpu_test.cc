#include "kaito/kernels/grad_norm/grad_norm_cpu.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/grad_norm/grad_norm_cases.h"
#include "kaito/kernels/grad_norm/grad_norm_params.h"
#include "kaito/kernels/grad_norm/grad_norm_ref.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/testing/cpu_targets.h"
#include "kaito/kernels/testing/host_buffer.h"
#include "kaito/kernels/testing/values.h"

namespace kaito::kernels {
namespace {

using testing::HostBuffer;
using testing::Values;

struct Tensors {
  explicit Tensors(const std::vector<int64_t>& sizes) {
    for (const int64_t size : sizes) {
      buffers.emplace_back(Values(size, static_cast<uint32_t>(size)));
    }
    for (HostBuffer& buffer : buffers) {
      tensors.push_back(
          {buffer.data(), static_cast<int64_t>(buffer.values().size())});
    }
  }
  int64_t count() const { return static_cast<int64_t>(tensors.size()); }
  std::vector<HostBuffer> buffers;
  std::vector<GradTensor> tensors;
};

TEST(GradNormCpu, EqualsTheReferenceOnEveryTarget) {
  testing::ForEachCpuTarget([&] {
    for (const std::vector<int64_t>& sizes : GradNormCases()) {
      const Tensors t(sizes);
      GradNormTotals got, want;
      GradNormCpu({t.tensors.data(), t.count(), &got}, nullptr);
      GradNormRef({t.tensors.data(), t.count(), &want});
      EXPECT_NEAR(got.norm, want.norm, want.norm * kGradNormRelativeError);
      EXPECT_EQ(got.non_finite, 0);
    }
  });
}

TEST(GradNormCpu, GivesTheSameBitsForEveryNumberOfWorkers) {
  const Tensors t({300001, 5, 70000});
  GradNormTotals one;
  GradNormCpu({t.tensors.data(), t.count(), &one}, nullptr);
  for (const int64_t count : {2, 3, 7}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                               WorkerTeam::Create(count));
    GradNormTotals many;
    GradNormCpu({t.tensors.data(), t.count(), &many}, team.get());
    EXPECT_EQ(one.norm, many.norm);
  }
}

TEST(GradNormCpu, CountsNansAndInfinities) {
  Tensors t({20000, 40});
  const float inf = std::numeric_limits<float>::infinity();
  t.tensors[0].data[16390] = -inf;
  GradNormTotals got, want;
  GradNormCpu({t.tensors.data(), 2, &got}, nullptr);
  EXPECT_EQ(got.norm, inf);
  EXPECT_EQ(got.non_finite, 1);
  t.tensors[1].data[3] = std::nanf("");
  t.tensors[1].data[39] = inf;
  GradNormCpu({t.tensors.data(), 2, &got}, nullptr);
  GradNormRef({t.tensors.data(), 2, &want});
  EXPECT_TRUE(std::isnan(got.norm) && std::isnan(want.norm));
  EXPECT_EQ(got.non_finite, 3);
  EXPECT_EQ(want.non_finite, 3);
}

TEST(GradNormCpu, HoldsTheSquaresOfTheLargestAndSmallestFloats) {
  Tensors t({2});
  t.tensors[0].data[0] = 3e38f;
  t.tensors[0].data[1] = 0;
  GradNormTotals totals;
  GradNormCpu({t.tensors.data(), 1, &totals}, nullptr);
  EXPECT_DOUBLE_EQ(totals.norm, 3e38f);
  t.tensors[0].data[0] = 1e-44f;
  GradNormCpu({t.tensors.data(), 1, &totals}, nullptr);
  EXPECT_DOUBLE_EQ(totals.norm, 1e-44f);
}

TEST(ScaleGradsCpu, MultipliesEachElementOnceOnEveryTarget) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(3));
  testing::ForEachCpuTarget([&] {
    const std::vector<int64_t> sizes = {1, 0, 17, 16385, 70003};
    Tensors got(sizes);
    const Tensors before(sizes);
    ScaleGradsCpu({got.tensors.data(), got.count(), 0.3}, team.get());
    for (size_t i = 0; i < sizes.size(); ++i) {
      EXPECT_EQ(got.buffers[i].Damage(), "");
      for (int64_t j = 0; j < sizes[i]; ++j) {
        ASSERT_EQ(got.buffers[i].values()[j],
                  before.buffers[i].values()[j] * 0.3f);
      }
    }
  });
}

}  // namespace
}  // namespace kaito::kernels
