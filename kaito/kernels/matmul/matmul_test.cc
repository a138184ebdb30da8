#include "kaito/kernels/matmul/matmul.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/matmul/matmul_cases.h"
#include "kaito/kernels/matmul/matmul_ref.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/poison/poison_ref.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/testing/compare.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;
using Floats = std::vector<float>;
using Doubles = std::vector<double>;

struct Variant {
  bool a_transposed = false;
  bool b_transposed = false;
  bool accumulate = false;
  int64_t gap = 0;  // Poisoned elements behind each row.
};

// One product, with everything that it reads and writes.
class Problem {
 public:
  Problem(const MatmulCase& c, const Variant& v)
      : v_(v),
        params_{.m = c.m,
                .n = c.n,
                .k = c.k,
                .a_transposed = v.a_transposed,
                .b_transposed = v.b_transposed,
                .accumulate = v.accumulate} {
    MatmulStrides strides = StridesOf(params_);
    if (v.gap != 0) {
      params_.a_stride = strides.a += v.gap;
      params_.b_stride = strides.b += v.gap;
      params_.c_stride = strides.c += v.gap;
    }
    std::mt19937 random(static_cast<uint32_t>(c.m + 3 * c.n + 7 * c.k));
    a_ = Rows(random, v.a_transposed ? c.k : c.m, strides.a);
    b_ = Rows(random, v.b_transposed ? c.n : c.k, strides.b);
    c_ = Rows(random, c.m, strides.c);
    params_.a = a_.data();
    params_.b = b_.data();
    params_.c = c_.data();
    if (!v.accumulate) PoisonRef(PoisonOfC());
  }

  const MatmulParams& params() const { return params_; }
  Floats& a() { return a_; }
  const Floats& c() const { return c_; }
  PoisonParams PoisonOfC() {
    return {.data = c_.data(),
            .size_bytes = static_cast<int64_t>(c_.size()) * 4,
            .pattern = PoisonPattern::kF32};
  }
  Doubles Got() const {
    Doubles got;
    for (int64_t i = 0; i < params_.m; ++i) {
      const float* const row = c_.data() + i * StridesOf(params_).c;
      got.insert(got.end(), row, row + params_.n);
    }
    return got;
  }
  Doubles Want() const {
    Doubles want(params_.m * params_.n);
    MatmulRef(params_, want.data());
    return want;
  }

 private:
  // Normal numbers, NaN in the gaps.
  Floats Rows(std::mt19937& random, int64_t rows, int64_t stride) const {
    std::normal_distribution<float> normal;
    Floats values(rows * stride);
    for (int64_t i = 0; i < rows * stride; ++i) {
      const bool gap = i % stride >= stride - v_.gap;
      values[i] =
          gap ? std::numeric_limits<float>::quiet_NaN() : normal(random);
    }
    return values;
  }

  const Variant v_;
  MatmulParams params_;
  Floats a_;
  Floats b_;
  Floats c_;
};

void ExpectCloseToTheReference(const MatmulCase& c, const Variant& v) {
  SCOPED_TRACE(::testing::Message()
               << c.m << ", " << c.n << ", " << c.k << ", transposed "
               << v.a_transposed << v.b_transposed << ", accumulate "
               << v.accumulate << ", gap " << v.gap);
  Problem problem(c, v);
  const Doubles want = problem.Want();
  KAITO_ASSERT_OK(Matmul(problem.params(), Stream::Cpu()));
  double largest = 0;
  for (const double x : want) largest = std::max(largest, std::abs(x));
  const double error = MatmulRelativeError(c.k);
  KAITO_EXPECT_OK(testing::CheckClose(problem.Got(), want,
                                      {.relative_norm = error,
                                       .max_abs = error * largest,
                                       .reason = "f32 sums of k products",
                                       .zeros_are_meant = c.k == 0}));
  // The gaps of c are as they were.
  const int64_t gaps = v.accumulate ? 0 : c.m * v.gap;
  EXPECT_EQ(FindPoisonRef(problem.PoisonOfC()).count, gaps);
}

TEST(Matmul, IsCloseToTheReferenceInEveryLayout) {
  for (const MatmulCase& c : MatmulCases()) {
    for (const bool a_transposed : {false, true}) {
      for (const bool b_transposed : {false, true}) {
        ExpectCloseToTheReference(
            c, {a_transposed, b_transposed, false, a_transposed ? 0 : 3});
        ExpectCloseToTheReference(c, {a_transposed, b_transposed, true});
      }
    }
  }
}

// Bit for bit.
TEST(Matmul, DoesNotDependOnTheNumberOfWorkers) {
  for (const int64_t count : {2, 3}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                               WorkerTeam::Create(count));
    for (const MatmulCase& c : MatmulCases()) {
      Problem one(c, {.b_transposed = true, .accumulate = true});
      Problem many(c, {.b_transposed = true, .accumulate = true});
      KAITO_ASSERT_OK(Matmul(one.params(), Stream::Cpu()));
      KAITO_ASSERT_OK(Matmul(many.params(), Stream::Cpu(team.get())));
      ASSERT_EQ(one.c(), many.c()) << c.m << ", " << c.n << ", " << c.k;
    }
  }
}

TEST(Matmul, NanAndInfinityStayInTheirRows) {
  Problem problem({40, 50, 60}, {});
  problem.a()[3 * 60 + 7] = std::numeric_limits<float>::quiet_NaN();
  problem.a()[5 * 60 + 7] = std::numeric_limits<float>::infinity();
  KAITO_ASSERT_OK(Matmul(problem.params(), Stream::Cpu()));
  for (int64_t i = 0; i < 40 * 50; ++i) {
    const float x = problem.c()[i];
    EXPECT_EQ(std::isnan(x), i / 50 == 3);
    EXPECT_EQ(std::isinf(x), i / 50 == 5);
  }
}

TEST(Matmul, RefusesWhatItCantRunNamingTheValues) {
  Floats x(64, 1);
  const auto refused = [](const MatmulParams& params, const std::string& why) {
    EXPECT_THAT(Matmul(params, Stream::Cpu()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  const MatmulParams good = {
      .a = x.data(), .b = x.data(), .c = x.data() + 32, .m = 2, .n = 3, .k = 4};
  MatmulParams bad = good;
  bad.a = nullptr;
  refused(bad, "matmul(a b, m=2, n=3, k=4, cpu): a is null");
  bad = good;
  bad.b_transposed = true;
  bad.b_stride = 3;
  refused(bad, "matmul(a b^T, m=2, n=3, k=4, cpu): the stride of b is 3");
  bad = good;
  bad.c_stride = -5;
  refused(bad, "the stride of c is -5");
  bad = good;
  bad.n = -1;
  refused(bad, "0 or more");
  CUstream_st* const cuda = reinterpret_cast<CUstream_st*>(uintptr_t{16});
  EXPECT_THAT(Matmul(good, Stream::Cuda(cuda, {0})),
              StatusIs(absl::StatusCode::kUnimplemented));
  KAITO_EXPECT_OK(Matmul({}, Stream::Cpu()));
}

}  // namespace
}  // namespace kaito::kernels
