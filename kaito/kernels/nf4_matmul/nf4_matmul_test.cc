#include "kaito/kernels/nf4_matmul/nf4_matmul.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;
using Floats = std::vector<float>;

// A layer of ones, n * k of them, in one row of workspace.
struct Ones {
  Ones(int64_t m, int64_t n, int64_t k)
      : packed((n * k + 1) / 2, 0xFF),
        absmax(Nf4Blocks(n * k, kNf4Block), 1),
        in(m * (n + k), 1),
        out(m * (n + k), -1),
        workspace(Nf4MatmulWorkspaceBytes(Nf4Product::kForward, m, n, k,
                                          Stream::Cpu()) +
                  Nf4MatmulWorkspaceBytes(Nf4Product::kBackward, m, n, k,
                                          Stream::Cpu())),
        params{.w = {.packed = packed.data(),
                     .count = n * k,
                     .absmax = {.values = absmax.data()}},
               .in = in.data(),
               .out = out.data(),
               .workspace = workspace.data(),
               .workspace_bytes = static_cast<int64_t>(workspace.size()),
               .m = m,
               .n = n,
               .k = k} {}

  std::vector<uint8_t> packed;
  Floats absmax;
  Floats in;
  Floats out;
  std::vector<uint8_t> workspace;
  Nf4MatmulParams params;
};

TEST(Nf4Matmul, CountsOnes) {
  Ones ones(2, 3, 128);
  KAITO_ASSERT_OK(Nf4Matmul(ones.params, Nf4Product::kForward, Stream::Cpu()));
  EXPECT_EQ(Floats(ones.out.begin(), ones.out.begin() + 7),
            (Floats{128, 128, 128, 128, 128, 128, -1}));
  KAITO_ASSERT_OK(Nf4Matmul(ones.params, Nf4Product::kBackward, Stream::Cpu()));
  EXPECT_EQ(Floats(ones.out.begin(), ones.out.begin() + 256), Floats(256, 3));
}

TEST(Nf4Matmul, TakesOneWorkspaceForEachWorker) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<WorkerTeam> team,
                             WorkerTeam::Create(2));
  Ones ones(40, 300, 64);
  const Stream two = Stream::Cpu(team.get());
  const int64_t want =
      Nf4MatmulWorkspaceBytes(Nf4Product::kForward, 40, 300, 64, two);
  EXPECT_GT(want, Nf4MatmulWorkspaceBytes(Nf4Product::kForward, 40, 300, 64,
                                          Stream::Cpu()));
  std::vector<uint8_t> workspace(want);
  ones.params.workspace = workspace.data();
  ones.params.workspace_bytes = want - 1;
  EXPECT_THAT(Nf4Matmul(ones.params, Nf4Product::kForward, two),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr(absl::StrCat("the workspace has ", want - 1,
                                              " bytes, want ", want))));
  ones.params.workspace_bytes = want;
  KAITO_ASSERT_OK(Nf4Matmul(ones.params, Nf4Product::kForward, two));
  EXPECT_EQ(Floats(ones.out.begin(), ones.out.begin() + 12000),
            Floats(12000, 64));
}

TEST(Nf4Matmul, NothingToSumIsZeroAndNothingToWriteIsFine) {
  Ones ones(2, 3, 0);
  KAITO_ASSERT_OK(Nf4Matmul(ones.params, Nf4Product::kForward, Stream::Cpu()));
  EXPECT_EQ(ones.out, Floats(6));
  ones.out = Floats(6, 5);
  ones.params.out = ones.out.data();
  ones.params.accumulate = true;
  KAITO_ASSERT_OK(Nf4Matmul(ones.params, Nf4Product::kForward, Stream::Cpu()));
  EXPECT_EQ(ones.out, Floats(6, 5));
  KAITO_EXPECT_OK(Nf4Matmul({}, Nf4Product::kBackward, Stream::Cpu()));
}

TEST(Nf4Matmul, RefusesWhatItCantRunNamingTheValues) {
  const auto refused = [](const Nf4MatmulParams& params,
                          const std::string& why) {
    EXPECT_THAT(Nf4Matmul(params, Nf4Product::kForward, Stream::Cpu()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  Ones ones(2, 3, 64);
  Nf4MatmulParams bad = ones.params;
  bad.w.count = 191;
  refused(bad,
          "nf4_matmul(forward, f32 to f32, m=2, n=3, k=64, block=64, cpu): the "
          "weight has 191 elements, want n * k = 192");
  bad = ones.params;
  bad.m = -1;
  refused(bad, "must be 0 or more");
  bad = ones.params;
  bad.in = nullptr;
  refused(bad, "in is null");
  bad = ones.params;
  bad.out = reinterpret_cast<uint8_t*>(ones.out.data()) + 1;
  refused(bad, "out must be aligned to 4 bytes");
  bad = ones.params;
  bad.in_type = FloatType::kFp16;
  refused(bad, "must be f32 or bf16");
  bad = ones.params;
  bad.w.block = 63;
  refused(bad, "in blocks of 63");
  bad = ones.params;
  bad.workspace = nullptr;
  refused(bad, "the workspace has");
  CUstream_st* const cuda = reinterpret_cast<CUstream_st*>(uintptr_t{16});
  EXPECT_THAT(
      Nf4Matmul(ones.params, Nf4Product::kForward, Stream::Cuda(cuda, {0})),
      StatusIs(absl::StatusCode::kUnimplemented));
}

}  // namespace
}  // namespace kaito::kernels
