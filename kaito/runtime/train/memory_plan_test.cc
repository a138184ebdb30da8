#include "kaito/runtime/train/memory_plan.h"

#include <cstdint>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/model/model_config.h"
#include "kaito/runtime/train/available_memory.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOk;
using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int64_t kMiB = 1 << 20;

TEST(CheckMemory, SaysWhatWasAskedForAndWhatThereIs) {
  MemoryPlan plan = {
      .parts = {{"frozen weights", 3 * kMiB / 2}, {"activations", 4096 * kMiB}},
      .available_bytes = 2048 * kMiB};
  EXPECT_EQ(FormatMemoryPlan(plan),
            "memory: 1.5 MiB frozen weights + 4.0 GiB activations = 4.0 GiB of "
            "2.0 GiB available");
  EXPECT_THAT(CheckMemory(plan), StatusIs(absl::StatusCode::kResourceExhausted,
                                          AllOf(HasSubstr("2.0 GiB too little"),
                                                HasSubstr("max_length"))));
  plan.available_bytes = 4098 * kMiB;
  EXPECT_THAT(CheckMemory(plan), IsOk());
  plan.available_bytes = 0;  // The system doesn't say.
  EXPECT_THAT(CheckMemory(plan), IsOk());
}

TEST(EstimateWeightBytes, CountsEachTensorOnce) {
  ModelConfig model;
  model.decoder = {.hidden_size = 64,
                   .layers = 2,
                   .heads = 2,
                   .kv_heads = 1,
                   .head_dim = 32,
                   .intermediate_size = 128,
                   .vocab_size = 100,
                   .tied_embeddings = true};
  const int64_t linear = 64 * (64 + 32 + 32) + 64 * 64 + 3 * 64 * 128;
  const int64_t other = 100 * 64 + 5 * 64;
  EXPECT_EQ(EstimateWeightBytes(model, false), 4 * (2 * linear + other));
  EXPECT_EQ(EstimateWeightBytes(model, true),
            2 * (linear / 2 + linear / 64) + 4 * other);
}

TEST(AvailableMemory, IsTheLessOfMachineAndControlGroup) {
  constexpr const char* kMachine = "MemTotal: 9 kB\nMemAvailable:   1000 kB\n";
  EXPECT_EQ(AvailableMemoryOf(kMachine, "", "", ""), 1000 * 1024);
  EXPECT_EQ(AvailableMemoryOf(kMachine, "max\n", "5\n", ""), 1000 * 1024);
  EXPECT_EQ(AvailableMemoryOf(kMachine, "900000\n", "500000\n",
                              "anon 1\ninactive_file 100000\n"),
            500000);
  EXPECT_EQ(AvailableMemoryOf(kMachine, "900000000\n", "1\n", ""), 1000 * 1024);
  // Above its limit already: nothing, but known.
  EXPECT_EQ(AvailableMemoryOf(kMachine, "10", "20", ""), 1);
  EXPECT_EQ(AvailableMemoryOf("", "", "", ""), 0);
}

TEST(AvailableMemory, IsKnownOnThisMachine) {
  EXPECT_GT(AvailableMemory(), 0);
  EXPECT_GT(PeakMemory(), kMiB);
}

}  // namespace
}  // namespace kaito::runtime
