#include "kaito/runtime/train/checkpoint.h"

#include <cerrno>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/faulty_file_system.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/train/fake_backend.h"
#include "kaito/runtime/train/optimizer.h"
#include "kaito/runtime/train/schedule.h"
#include "kaito/runtime/train/training_loop.h"
#include "kaito/runtime/train/training_state.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOk;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::StatusOr<StepInput> Data(int64_t step) {
  const int32_t id = static_cast<int32_t>(step % 5);
  return StepInput{
      .passes = {FakeBatch({id, 2}, {id, 1}), FakeBatch({id + 3}, {2})},
      .epoch_after = static_cast<double>(step + 1) / 5};
}

void ExpectSame(const LoraGradients& a, const LoraGradients& b) {
  ASSERT_EQ(a.modules.size(), b.modules.size());
  for (size_t i = 0; i < a.modules.size(); ++i) {
    EXPECT_EQ(a.modules[i].a, b.modules[i].a);
    EXPECT_EQ(a.modules[i].b, b.modules[i].b);
  }
}

void ExpectSame(const TrainingState& a, const TrainingState& b) {
  ASSERT_EQ(a.adapter.modules.size(), b.adapter.modules.size());
  for (size_t i = 0; i < a.adapter.modules.size(); ++i) {
    EXPECT_EQ(a.adapter.modules[i].a, b.adapter.modules[i].a);
    EXPECT_EQ(a.adapter.modules[i].b, b.adapter.modules[i].b);
  }
  ExpectSame(a.optimizer.first, b.optimizer.first);
  ExpectSame(a.optimizer.second, b.optimizer.second);
  EXPECT_EQ(a.optimizer.updates, b.optimizer.updates);
  EXPECT_EQ(a.step, b.step);
  EXPECT_EQ(a.epoch, b.epoch);
  EXPECT_EQ(a.tokens, b.tokens);
  EXPECT_EQ(a.targets, b.targets);
  EXPECT_EQ(a.skipped, b.skipped);
  EXPECT_EQ(a.last_loss, b.last_loss);
  EXPECT_EQ(a.window_loss, b.window_loss);
  EXPECT_EQ(a.window_steps, b.window_steps);
  EXPECT_TRUE(a.log == b.log);
}

class CheckpointTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
    facts_.adapter.targets.names = {"q_proj"};
    facts_.fingerprint = "f1";
  }

  std::string File(absl::string_view name) const {
    return JoinPath(dir_.path(), name);
  }

  // From where the state is to step `until` of 10.
  static void TrainUntil(int64_t until, TrainingState& state) {
    FakeBackend backend;
    backend.is_nan = [&](int64_t) { return state.step == 3; };
    const auto schedule =
        MakeSchedule("cosine", {}, {.rate = 0.05, .warmup = 2, .total = 10});
    ASSERT_THAT(schedule, IsOk());
    const absl::Status status =
        Train(backend, Data, *schedule, {.dropout = 0.1, .log_every = 3}, {},
              state, [&](const StepReport& report) {
                return report.step == until ? absl::CancelledError()
                                            : absl::OkStatus();
              });
    EXPECT_EQ(state.step, until) << status;
  }

  static TrainingState At(int64_t step) {
    TrainingState state = NewTrainingState(FakeAdapter());
    TrainUntil(step, state);
    return state;
  }

  std::vector<int64_t> Steps() const {
    std::vector<int64_t> steps;
    const auto found = ListCheckpoints(dir_.path());
    EXPECT_THAT(found, IsOk());
    if (!found.ok()) return steps;
    for (const FoundCheckpoint& c : *found) steps.push_back(c.step);
    return steps;
  }

  TempDir dir_;
  CheckpointFacts facts_;
};

TEST_F(CheckpointTest, GoesOnBitForBitFromAnyStep) {
  const TrainingState whole = At(10);
  ASSERT_EQ(whole.skipped, 1);
  for (const int64_t step : {0, 1, 4, 7, 10}) {
    TrainingState first =
        step == 0 ? NewTrainingState(FakeAdapter()) : At(step);
    KAITO_ASSERT_OK(SaveCheckpoint(dir_.path(), facts_, first, {}));
    auto resumed = LoadCheckpoint(File(absl::StrCat("checkpoint-", step)),
                                  FakeAdapter(), "f1");
    KAITO_ASSERT_OK(resumed.status());
    ExpectSame(*resumed, first);
    if (step < 10) TrainUntil(10, *resumed);
    ExpectSame(*resumed, whole);
  }
}

TEST_F(CheckpointTest, KeepsTheNewestOnes) {
  for (const int64_t step : {1, 2, 9, 10}) {
    KAITO_ASSERT_OK(SaveCheckpoint(dir_.path(), facts_, At(step), {.keep = 2}));
  }
  EXPECT_THAT(Steps(), ElementsAre(10, 9));
  // By number, not as text; and other names are left alone.
  KAITO_ASSERT_OK(MakeDirs(File("checkpoint-best")));
  EXPECT_THAT(Steps(), ElementsAre(10, 9));
  EXPECT_THAT(ListCheckpoints(File("nowhere")),
              testing::IsOkAndHolds(IsEmpty()));
}

TEST_F(CheckpointTest, ReplacesOneOfTheSameStep) {
  KAITO_ASSERT_OK(SaveCheckpoint(dir_.path(), facts_, At(2), {}));
  facts_.fingerprint = "f2";
  KAITO_ASSERT_OK(SaveCheckpoint(dir_.path(), facts_, At(2), {}));
  EXPECT_THAT(LoadCheckpoint(File("checkpoint-2"), FakeAdapter(), "f2"),
              IsOk());
  EXPECT_THAT(ListDir(dir_.path(), 100),
              testing::IsOkAndHolds(ElementsAre("checkpoint-2")));
}

TEST_F(CheckpointTest, RefusesAnotherRunsState) {
  KAITO_ASSERT_OK(SaveCheckpoint(dir_.path(), facts_, At(2), {}));
  EXPECT_THAT(LoadCheckpoint(File("checkpoint-2"), FakeAdapter(), "other"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("another run")));
}

TEST_F(CheckpointTest, NamesTheFileThatIsDamaged) {
  const auto damaged = [&](absl::string_view file, absl::string_view content,
                           absl::string_view what) {
    KAITO_ASSERT_OK(SaveCheckpoint(dir_.path(), facts_, At(2), {}));
    KAITO_ASSERT_OK(
        WriteFileAtomic(JoinPath(File("checkpoint-2"), file), content));
    const auto loaded =
        LoadCheckpoint(File("checkpoint-2"), FakeAdapter(), "f1");
    EXPECT_THAT(loaded, StatusIs(absl::StatusCode::kInvalidArgument,
                                 HasSubstr(std::string(what))));
  };
  damaged("training_state.json", "{", "training_state.json");
  damaged("training_state.json", R"({"version": 2})", "version");
  damaged("training_state.json", R"({"version": 1, "fingerprint": "f1"})",
          "want a number");
  damaged("optimizer.safetensors", "x", "optimizer.safetensors");
  damaged("adapter_model.safetensors", "x", "adapter_model.safetensors");
  damaged("trainer_state.json", R"({"log_history": [{"loss": 1}]})", "step");

  KAITO_ASSERT_OK(SaveCheckpoint(dir_.path(), facts_, At(2), {}));
  KAITO_ASSERT_OK(RemoveAll(File("checkpoint-2/optimizer.safetensors")));
  EXPECT_THAT(LoadCheckpoint(File("checkpoint-2"), FakeAdapter(), "f1"),
              StatusIs(absl::StatusCode::kNotFound));
}

// Every write, sync and rename fails once; the older checkpoint stays.
TEST_F(CheckpointTest, LeavesTheOldOneWhateverFails) {
  using Step = FaultyFileSystem::Step;
  KAITO_ASSERT_OK(SaveCheckpoint(dir_.path(), facts_, At(2), {}));
  const TrainingState later = At(4);
  for (const Step step : {Step::kCreate, Step::kWrite, Step::kSync,
                          Step::kClose, Step::kRename, Step::kSyncDirectory}) {
    for (int64_t index = 0;; ++index) {
      FaultyFileSystem fs;
      fs.FailAt(step, index, ENOSPC);
      const absl::Status status =
          SaveCheckpoint(dir_.path(), facts_, later, {.file_system = &fs});
      if (status.ok()) break;
      EXPECT_THAT(status, StatusIs(absl::StatusCode::kResourceExhausted));
      EXPECT_THAT(LoadCheckpoint(File("checkpoint-2"), FakeAdapter(), "f1"),
                  IsOk());
      // All of it or nothing, also where the last sync was what failed.
      if (Steps().front() == 4) {
        EXPECT_THAT(LoadCheckpoint(File("checkpoint-4"), FakeAdapter(), "f1"),
                    IsOk());
      }
    }
    KAITO_ASSERT_OK(RemoveAll(File("checkpoint-4")));
  }
  KAITO_ASSERT_OK(RemoveLeftovers(dir_.path()));
  EXPECT_THAT(ListDir(dir_.path(), 100),
              testing::IsOkAndHolds(ElementsAre("checkpoint-2")));
}

TEST_F(CheckpointTest, WritesTheLogWithTheNamesOfTransformers) {
  KAITO_ASSERT_OK(SaveCheckpoint(dir_.path(), facts_, At(6), {}));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::string text,
      ReadFile(File("checkpoint-6/trainer_state.json"), 1 << 20));
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value value, json::Parse(text));
  EXPECT_EQ(value.Find("global_step")->integer(), 6);
  EXPECT_EQ(value.Find("epoch")->number(), 1.2);
  const json::Array& log = *value.Find("log_history")->array();
  ASSERT_EQ(log.size(), 2u);
  EXPECT_EQ(log[1].Find("step")->integer(), 6);
  EXPECT_EQ(log[1].Find("num_tokens")->integer(), 18);
  EXPECT_GT(*log[1].Find("loss")->number(), 0);
}

}  // namespace
}  // namespace kaito::runtime
