#include "kaito/kernels/nf4_matmul/nf4_matmul_cpu.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/nf4_matmul/nf4_matmul_cases.h"
#include "kaito/kernels/nf4_matmul/nf4_matmul_ref.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/poison/poison_ref.h"
#include "kaito/kernels/testing/compare.h"
#include "kaito/kernels/testing/cpu_targets.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {
namespace {

using Doubles = std::vector<double>;

// So that nested blocks end within rows.
constexpr int64_t kNestedBlock = 5;

// A buffer of f32 or bf16 elements, one of them past an aligned address, with a
// poisoned element on either side.
class Buffer {
 public:
  Buffer(int64_t count, FloatType type)
      : count_(count), type_(type), bytes_((count + 2) * BytesOf(type) + 64) {
    const auto address = reinterpret_cast<uintptr_t>(bytes_.data());
    data_ = bytes_.data() + (64 - address % 64) % 64;
    PoisonRef(Poison());
  }

  PoisonParams Poison() {
    return {.data = data_,
            .size_bytes = (count_ + 2) * BytesOf(type_),
            .pattern = type_ == FloatType::kF32 ? PoisonPattern::kF32
                                                : PoisonPattern::kBf16};
  }
  void* data() { return data_ + BytesOf(type_); }
  float Get(int64_t i) {
    if (type_ == FloatType::kF32) return static_cast<float*>(data())[i];
    return ToFloat(static_cast<bf16*>(data())[i]);
  }
  void Set(int64_t i, float x) {
    if (type_ == FloatType::kF32) {
      static_cast<float*>(data())[i] = x;
    } else {
      static_cast<bf16*>(data())[i] = ToBf16(x);
    }
  }
  Doubles Values() {
    Doubles values;
    for (int64_t i = 0; i < count_; ++i) values.push_back(Get(i));
    return values;
  }
  std::vector<uint8_t> Bytes() {
    return std::vector<uint8_t>(data_, data_ + (count_ + 2) * BytesOf(type_));
  }

 private:
  const int64_t count_;
  const FloatType type_;
  std::vector<uint8_t> bytes_;
  uint8_t* data_ = nullptr;  // Into bytes_, at a multiple of 64.
};

struct Variant {
  Nf4Product product = Nf4Product::kForward;
  FloatType in_type = FloatType::kF32;
  FloatType out_type = FloatType::kF32;
  bool codes = false;  // Scales.
  bool accumulate = false;
  Nf4Method method = Nf4Method::kByTokens;
};

// One product, with everything that it reads and writes.
class Problem {
 public:
  Problem(const Nf4MatmulCase& c, const Variant& v)
      : c_(c),
        v_(v),
        forward_(v.product == Nf4Product::kForward),
        depth_(forward_ ? c.k : c.n),
        columns_(forward_ ? c.n : c.k),
        in_(c.m * depth_, v.in_type),
        out_(c.m * columns_, v.out_type),
        packed_((c.n * c.k + 1) / 2),
        absmax_(Nf4Blocks(c.n * c.k, c.block)),
        codes_(absmax_.size()),
        map_(256),
        nested_(Nf4Blocks(codes_.size(), kNestedBlock)) {
    std::mt19937 random(static_cast<uint32_t>(c.m + 3 * c.n + 7 * c.k));
    std::normal_distribution<float> normal;
    for (auto& byte : packed_) byte = static_cast<uint8_t>(random());
    for (auto& code : codes_) code = static_cast<uint8_t>(random());
    // Positive, as scales are.
    for (float& x : absmax_) x = 0.01f + std::abs(normal(random));
    for (float& x : map_) x = std::abs(normal(random));
    for (float& x : nested_) x = std::abs(normal(random));
    for (int64_t i = 0; i < c.m * depth_; ++i) in_.Set(i, normal(random));
    if (v.accumulate) {
      for (int64_t i = 0; i < c.m * columns_; ++i) out_.Set(i, normal(random));
    }
  }

  Nf4MatmulParams Params() {
    Nf4MatmulParams params = {.w = {.packed = packed_.data(),
                                    .count = c_.n * c_.k,
                                    .block = c_.block},
                              .in = in_.data(),
                              .out = out_.data(),
                              .m = c_.m,
                              .n = c_.n,
                              .k = c_.k,
                              .in_type = v_.in_type,
                              .out_type = v_.out_type,
                              .accumulate = v_.accumulate,
                              .method = v_.method};
    if (v_.codes) {
      params.w.absmax = {.codes = codes_.data(),
                         .map = map_.data(),
                         .nested_absmax = nested_.data(),
                         .offset = 0.01f,
                         .nested_block = kNestedBlock};
    } else {
      params.w.absmax.values = absmax_.data();
    }
    return params;
  }

  void Run(Workers* workers) {
    if (c_.m == 0 || c_.n == 0 || c_.k == 0) return;  // nf4_matmul.cc's part.
    const int64_t count = workers == nullptr ? 1 : workers->count();
    const int64_t bytes = Nf4MatmulCpuWorkspaceBytes(v_.product, c_.m, c_.n,
                                                     c_.k, count, v_.method);
    // Signalling garbage, and a guard behind it.
    std::vector<uint8_t> workspace(bytes + 64, 0xff);
    Nf4MatmulParams params = Params();
    params.workspace = workspace.data();
    params.workspace_bytes = bytes;
    Nf4MatmulCpu(params, v_.product, workers);
    EXPECT_EQ(std::count(workspace.begin() + bytes, workspace.end(), 0xff), 64);
  }

  Doubles Want() {
    Doubles want(c_.m * columns_);
    Nf4MatmulRef(Params(), v_.product, want.data());
    return want;
  }

  Buffer& in() { return in_; }
  Buffer& out() { return out_; }
  int64_t depth() const { return depth_; }
  std::vector<float>& absmax() { return absmax_; }

 private:
  const Nf4MatmulCase c_;
  const Variant v_;
  const bool forward_;
  const int64_t depth_;
  const int64_t columns_;
  Buffer in_;
  Buffer out_;
  std::vector<uint8_t> packed_;
  std::vector<float> absmax_;
  std::vector<uint8_t> codes_;
  std::vector<float> map_;
  std::vector<float> nested_;
};

void ExpectCloseToTheReference(const Nf4MatmulCase& c, const Variant& v) {
  SCOPED_TRACE(::testing::Message()
               << "m " << c.m << ", n " << c.n << ", k " << c.k << ", block "
               << c.block << ", product " << static_cast<int>(v.product)
               << ", in " << NameOf(v.in_type) << ", out " << NameOf(v.out_type)
               << ", codes " << v.codes << ", accumulate " << v.accumulate);
  Problem problem(c, v);
  const Doubles want = problem.Want();
  problem.Run(nullptr);
  double largest = 0;
  for (const double x : want) largest = std::max(largest, std::abs(x));
  const double error = Nf4MatmulRelativeError(problem.depth(), v.out_type);
  const testing::Tolerance tolerance = {
      .relative_norm = error,
      .max_abs = error * largest,
      .reason = "f32 sums of so many products, and the output's rounding"};
  KAITO_EXPECT_OK(testing::CheckClose(problem.out().Values(), want, tolerance));
  const PoisonSurvivors left = FindPoisonRef(problem.out().Poison());
  EXPECT_EQ(left.count, 2) << "the elements before and behind";
  EXPECT_EQ(left.first, 0);
}

void ExpectAllCasesClose() {
  for (const Nf4MatmulCase& c : Nf4MatmulCases()) {
    if (c.m == 0 || c.n == 0 || c.k == 0) continue;
    for (const Nf4Product product :
         {Nf4Product::kForward, Nf4Product::kBackward}) {
      ExpectCloseToTheReference(c, {.product = product});
      ExpectCloseToTheReference(c, {.product = product,
                                    .in_type = FloatType::kBf16,
                                    .out_type = FloatType::kBf16,
                                    .codes = true,
                                    .accumulate = true});
    }
  }
}

TEST(Nf4MatmulCpu, IsCloseToTheReferenceOnEveryTarget) {
  testing::ForEachCpuTarget(ExpectAllCasesClose);
}

TEST(Nf4MatmulCpu, AccumulatesInF32) {
  for (const int64_t m : {2, 40}) {
    for (const Nf4Product product :
         {Nf4Product::kForward, Nf4Product::kBackward}) {
      ExpectCloseToTheReference({.m = m, .n = 70, .k = 192},
                                {.product = product, .accumulate = true});
    }
  }
}

// Bit for bit, for every number of workers; and a second time.
TEST(Nf4MatmulCpu, DoesNotDependOnTheNumberOfWorkers) {
  for (const int64_t count : {1, 2, 3}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                               WorkerTeam::Create(count));
    for (const Nf4MatmulCase& c : {Nf4MatmulCase{.m = 3, .n = 1000, .k = 512},
                                   Nf4MatmulCase{.m = 3, .n = 201, .k = 2048},
                                   Nf4MatmulCase{.m = 3, .n = 2001, .k = 301},
                                   Nf4MatmulCase{.m = 65, .n = 301, .k = 640},
                                   Nf4MatmulCase{.m = 20, .n = 70, .k = 77}}) {
      for (const Nf4Product product :
           {Nf4Product::kForward, Nf4Product::kBackward}) {
        Problem one(c, {.product = product});
        Problem many(c, {.product = product});
        one.Run(nullptr);
        many.Run(team.get());
        ASSERT_EQ(one.out().Bytes(), many.out().Bytes())
            << count << " workers, m " << c.m;
      }
    }
  }
}

TEST(Nf4MatmulCpu, TakesTheWayThatIsAsked) {
  for (const int64_t m : {2, 13, 30}) {
    for (const Nf4Method method : {Nf4Method::kDots, Nf4Method::kPanels}) {
      ExpectCloseToTheReference({.m = m, .n = 70, .k = 192},
                                {.codes = true, .method = method});
      ExpectCloseToTheReference({.m = m, .n = 33, .k = 77},
                                {.in_type = FloatType::kBf16,
                                 .out_type = FloatType::kBf16,
                                 .accumulate = true,
                                 .method = method});
    }
  }
}

// Whatever else is in the batch, where tokens take the same way: token 1 of m,
// and alone.
void ExpectOutputOfATokenAlone(int64_t m, Nf4Method method) {
  constexpr int64_t kRows = 33;
  constexpr int64_t kDepth = 384;
  Problem together({.m = m, .n = kRows, .k = kDepth}, {.method = method});
  Problem alone({.m = 1, .n = kRows, .k = kDepth}, {.method = method});
  for (int64_t i = 0; i < kDepth; ++i) {
    alone.in().Set(i, together.in().Get(kDepth + i));
  }
  Nf4MatmulParams params = together.Params();  // For the same weight.
  params.m = 1;
  std::vector<uint8_t> workspace(Nf4MatmulCpuWorkspaceBytes(
      Nf4Product::kForward, 1, kRows, kDepth, 1, method));
  params.workspace = workspace.data();
  params.workspace_bytes = static_cast<int64_t>(workspace.size());
  params.in = alone.in().data();
  params.out = alone.out().data();
  Nf4MatmulCpu(params, Nf4Product::kForward, nullptr);
  together.Run(nullptr);
  for (int64_t i = 0; i < kRows; ++i) {
    EXPECT_EQ(alone.out().Get(i), together.out().Get(kRows + i)) << i;
  }
}

TEST(Nf4MatmulCpu, ATokensOutputDoesNotDependOnItsNeighbours) {
  ExpectOutputOfATokenAlone(7, Nf4Method::kByTokens);
  testing::ForEachCpuTarget([] {
    ExpectOutputOfATokenAlone(40, Nf4Method::kDots);
    ExpectOutputOfATokenAlone(40, Nf4Method::kPanels);
    ExpectOutputOfATokenAlone(600, Nf4Method::kPanels);
  });
}

void ExpectSpecialInputsStayInTheirRows() {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  for (const int64_t m : {3, 35}) {
    for (const Nf4Product product :
         {Nf4Product::kForward, Nf4Product::kBackward}) {
      const Nf4MatmulCase c = {.m = m, .n = 70, .k = 192};
      Problem problem(c, {.product = product});
      const int64_t columns = product == Nf4Product::kForward ? c.n : c.k;
      problem.in().Set(0, kNan);                        // Row 0.
      problem.in().Set(2 * problem.depth() + 3, kInf);  // Row 2.
      problem.Run(nullptr);
      for (int64_t j = 0; j < columns; ++j) {
        EXPECT_TRUE(std::isnan(problem.out().Get(j)));
        EXPECT_TRUE(std::isfinite(problem.out().Get(columns + j)));
        EXPECT_FALSE(std::isfinite(problem.out().Get(2 * columns + j)));
      }
    }
  }
}

TEST(Nf4MatmulCpu, ANanOrInfinityOfARowStaysInItsRowOnEveryTarget) {
  testing::ForEachCpuTarget(ExpectSpecialInputsStayInTheirRows);
}

void ExpectANanScaleStaysInItsRow() {
  for (const int64_t k : {64, 192, 256}) {  // Half a step follows or not.
    for (const int64_t m : {1, 20}) {
      Problem problem({.m = m, .n = 5, .k = k}, {});
      problem.absmax()[2 * k / 64] = std::nanf("");  // The first of row 2.
      problem.Run(nullptr);
      for (int64_t i = 0; i < m * 5; ++i) {
        EXPECT_EQ(std::isnan(problem.out().Get(i)), i % 5 == 2) << i;
      }
    }
  }
}

TEST(Nf4MatmulCpu, ANanScaleReachesItsOwnRowAloneOnEveryTarget) {
  testing::ForEachCpuTarget(ExpectANanScaleStaysInItsRow);
}

}  // namespace
}  // namespace kaito::kernels
