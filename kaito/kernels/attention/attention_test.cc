#include "kaito/kernels/attention/attention.h"

#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/attention/attention_cases.h"
#include "kaito/kernels/attention/attention_params.h"
#include "kaito/kernels/attention/attention_testutil.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

class AttentionTest : public ::testing::Test {
 protected:
  AttentionTest() : data_(AttentionCase{{1, 2}, 4, 2, 8}) {
    params_ = data_.params();
    params_.forward.workspace = Aligned();
    params_.forward.workspace_bytes = kBytes;
  }

  char* Aligned() {
    const auto address = reinterpret_cast<uintptr_t>(memory_.data());
    return memory_.data() + 64 - address % 64;
  }

  void ExpectRefused(const AttentionBackwardParams& params, const char* why) {
    EXPECT_THAT(AttentionBackward(params, Stream::Cpu()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  }
  void ExpectBothRefuse(const AttentionBackwardParams& params,
                        const char* why) {
    ExpectRefused(params, why);
    EXPECT_THAT(AttentionForward(params.forward, Stream::Cpu()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  }

  static constexpr int64_t kBytes = 1 << 20;
  testing::AttentionData data_;
  std::vector<char> memory_ = std::vector<char>(kBytes + 64);
  AttentionBackwardParams params_;
};

TEST_F(AttentionTest, AFirstTokensResultIsItsValue) {
  KAITO_ASSERT_OK(AttentionForward(params_.forward, Stream::Cpu()));
  for (int64_t head = 0; head < 4; ++head) {
    for (int64_t i = 0; i < 8; ++i) {
      EXPECT_NEAR(data_.out()[head * 8 + i],
                  params_.forward.v.data[head / 2 * 8 + i], 1e-6);
    }
  }
  KAITO_ASSERT_OK(AttentionBackward(params_, Stream::Cpu()));
  // Of one key, the weight is 1 whatever q and k are.
  for (int64_t i = 0; i < 32; ++i) {
    EXPECT_NEAR(params_.d_q.data[i], 0, 1e-6);
  }
}

TEST_F(AttentionTest, TheWorkspaceAskedForIsEnoughAndNotTooMuch) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const int64_t bytes,
      AttentionBackwardWorkspaceBytes(params_.forward, Stream::Cpu()));
  params_.forward.log_sum_exp = nullptr;
  KAITO_ASSERT_OK_AND_ASSIGN(
      params_.forward.workspace_bytes,
      AttentionForwardWorkspaceBytes(params_.forward, Stream::Cpu()));
  KAITO_ASSERT_OK(AttentionForward(params_.forward, Stream::Cpu()));
  params_.forward.workspace_bytes = bytes - 1;
  ExpectRefused(params_, "bytes, want");
  params_.forward.workspace_bytes = bytes;
  ExpectRefused(params_, "log_sum_exp is null");
}

TEST_F(AttentionTest, NoTokensNeedNoBuffers) {
  const int32_t starts[] = {0};
  KAITO_EXPECT_OK(AttentionForward(
      {.starts = starts, .q_heads = 1, .kv_heads = 1, .head_dim = 8},
      Stream::Cpu()));
}

TEST_F(AttentionTest, RefusesWhatItCantComputeNamingTheValues) {
  const auto with = [this](auto change) {
    AttentionBackwardParams params = params_;
    change(params.forward);
    return params;
  };
  using P = AttentionParams;
  ExpectBothRefuse(with([](P& p) { p.tokens = -1; }),
                   "(tokens=-1, sequences=2, heads=4/2, head_dim=8, window=0, "
                   "cpu): tokens and sequences must be");
  ExpectBothRefuse(with([](P& p) { p.sequences = -1; }), "must be 0 to");
  ExpectBothRefuse(with([](P& p) { p.kv_heads = 3; }), "a multiple of");
  ExpectBothRefuse(with([](P& p) { p.kv_heads = 0; }), "a multiple of");
  ExpectBothRefuse(with([](P& p) { p.head_dim = 257; }), "must be 1 to 256");
  ExpectBothRefuse(with([](P& p) { p.window = -1; }), "window must be");
  ExpectBothRefuse(with([](P& p) { p.starts = nullptr; }), "starts is null");
  ExpectBothRefuse(with([](P& p) { p.tokens = 4; }), "goes from 0 to 3");
  static constexpr int32_t kFalling[] = {0, 4, 3};
  ExpectBothRefuse(with([](P& p) { p.starts = kFalling; }),
                   "starts falls from 4 to 3 after sequence 1");
  ExpectBothRefuse(with([](P& p) { p.q.data = nullptr; }), "q is null");
  ExpectBothRefuse(with([](P& p) { p.k.token_stride = 15; }),
                   "k.token_stride is 15, want at least 16");
  ExpectBothRefuse(with([](P& p) { p.v.data = nullptr; }), "v is null");
  ExpectBothRefuse(with([](P& p) { p.out.data = nullptr; }), "out is null");
  ExpectBothRefuse(with([](P& p) { p.softcap = -1; }), "softcap is -1");
  ExpectBothRefuse(with([](P& p) { p.workspace_bytes = 100; }),
                   "the workspace has 100 bytes");
  ExpectBothRefuse(
      with([](P& p) { p.workspace = static_cast<char*>(p.workspace) + 4; }),
      "not aligned to 64");
  AttentionBackwardParams params = params_;
  params.d_out.data = nullptr;
  ExpectRefused(params, "d_out is null");
  params = params_;
  params.d_q.token_stride = 1;
  ExpectRefused(params, "d_q.token_stride is 1");
  params = params_;
  params.d_v.data = nullptr;
  ExpectRefused(params, "d_v is null");
}

TEST_F(AttentionTest, SaysThatItDoesNotRunOnCuda) {
  CUstream_st* const cuda = reinterpret_cast<CUstream_st*>(uintptr_t{16});
  for (const absl::Status& status :
       {AttentionForward(params_.forward, Stream::Cuda(cuda, {0})),
        AttentionBackward(params_, Stream::Cuda(cuda, {0})),
        AttentionForwardWorkspaceBytes(params_.forward, Stream::Cuda(cuda, {0}))
            .status()}) {
    EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnimplemented,
                                 HasSubstr("cuda:0): no kernel")));
  }
}

}  // namespace
}  // namespace kaito::kernels
