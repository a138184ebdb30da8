#include "kaito/runtime/serve/engine/scheduler.h"

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/random/random.h"

namespace kaito::runtime::serve {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// "id:begin+count", with "!" where logits are wanted.
std::vector<std::string> Show(const std::vector<Scheduler::Row>& rows) {
  std::vector<std::string> shown;
  for (const Scheduler::Row& row : rows) {
    shown.push_back(absl::StrCat(row.id, ":", row.begin, "+", row.count,
                                 row.wants_logits ? "!" : ""));
  }
  return shown;
}

TEST(Scheduler, RunsGeneratingSequencesBesideChunksOfPrompts) {
  Scheduler scheduler({.blocks = 100,
                       .block_size = 4,
                       .max_running = 4,
                       .chunk_tokens = 8,
                       .step_tokens = 12});
  EXPECT_THAT(scheduler.Plan(), IsEmpty());
  scheduler.Add(1, 3);
  EXPECT_THAT(Show(scheduler.Plan()), ElementsAre("1:0+3!"));
  scheduler.Grow(1);
  scheduler.Add(2, 20);
  scheduler.Add(3, 2);
  EXPECT_THAT(Show(scheduler.Plan()), ElementsAre("1:3+1!", "2:0+8", "3:0+2!"));
  scheduler.Grow(1);
  scheduler.Grow(3);
  EXPECT_THAT(Show(scheduler.Plan()), ElementsAre("1:4+1!", "3:2+1!", "2:8+8"));
  scheduler.Remove(1);
  scheduler.Remove(3);
  EXPECT_THAT(Show(scheduler.Plan()), ElementsAre("2:16+4!"));
}

TEST(Scheduler, KeepsTheOrderOfArrival) {
  Scheduler scheduler({.blocks = 4,
                       .block_size = 4,
                       .max_running = 4,
                       .chunk_tokens = 16,
                       .step_tokens = 20});
  scheduler.Add(1, 7);
  scheduler.Add(2, 10);  // Three blocks, and two are left.
  scheduler.Add(3, 1);   // Would fit, but isn't its turn.
  EXPECT_THAT(Show(scheduler.Plan()), ElementsAre("1:0+7!"));
  EXPECT_EQ(scheduler.waiting(), 2);
  scheduler.Remove(1);
  EXPECT_THAT(Show(scheduler.Plan()), ElementsAre("2:0+10!", "3:0+1!"));
}

TEST(Scheduler, TakesTheBlocksOfTheLastWhenTheyRunOut) {
  Scheduler scheduler({.blocks = 4,
                       .block_size = 2,
                       .max_running = 4,
                       .chunk_tokens = 4,
                       .step_tokens = 8});
  scheduler.Add(1, 3);
  scheduler.Add(2, 3);
  EXPECT_THAT(Show(scheduler.Plan()), ElementsAre("1:0+3!", "2:0+3!"));
  scheduler.Grow(1);
  scheduler.Grow(2);
  EXPECT_THAT(Show(scheduler.Plan()), ElementsAre("1:3+1!", "2:3+1!"));
  scheduler.Grow(1);
  scheduler.Grow(2);
  EXPECT_THAT(Show(scheduler.Plan()), ElementsAre("1:4+1!"));
  EXPECT_EQ(scheduler.preemptions(), 1);
  EXPECT_EQ(scheduler.waiting(), 1);
  scheduler.Remove(1);
  // Again, as before: the prompt, then one by one what was generated.
  EXPECT_THAT(Show(scheduler.Plan()), ElementsAre("2:0+3"));
  EXPECT_THAT(Show(scheduler.Plan()), ElementsAre("2:3+1"));
  EXPECT_THAT(Show(scheduler.Plan()), ElementsAre("2:4+1!"));
  scheduler.Remove(2);
  EXPECT_EQ(scheduler.free_blocks(), 4);
}

// Sequences of random lengths that come and go; everything that the backend
// relies on, at each step.
class RandomLoad {
 public:
  explicit RandomLoad(uint64_t seed)
      : random_(seed),
        options_{.blocks = 4 + random_.UniformInt(20),
                 .block_size = 1 + random_.UniformInt(5),
                 .max_running = 1 + random_.UniformInt(6),
                 .chunk_tokens = 1 + random_.UniformInt(9)},
        scheduler_(Complete(options_)) {}

  void Run() {
    for (int64_t step = 0; step < 20000 && (added_ < 40 || !left_.empty());
         ++step) {
      if (added_ < 40 && random_.UniformInt(3) == 0) Add();
      const std::vector<Scheduler::Row> rows = scheduler_.Plan();
      ASSERT_EQ(rows.empty(), left_.empty());
      Check(rows);
      if (::testing::Test::HasFailure()) return;
      for (const Scheduler::Row& row : rows) Advance(row);
    }
    EXPECT_TRUE(left_.empty()) << left_.size() << " never ended";
    EXPECT_EQ(scheduler_.free_blocks(), scheduler_.total_blocks());
  }

 private:
  struct Left {
    int64_t prompt = 0;
    int64_t known = 0;
    int64_t end = 0;
    int64_t run = 0;
  };

  static SchedulerOptions Complete(SchedulerOptions& options) {
    options.step_tokens = options.chunk_tokens + options.max_running;
    return options;
  }

  void Add() {
    const int64_t longest = scheduler_.max_tokens();
    const int64_t prompt = 1 + random_.UniformInt(longest - 1);
    const int64_t end = prompt + 1 + random_.UniformInt(longest - prompt);
    left_[added_] = {.prompt = prompt, .known = prompt, .end = end};
    scheduler_.Add(added_++, prompt);
  }

  void Check(const std::vector<Scheduler::Row>& rows) {
    std::set<int32_t> used;
    std::set<int64_t> seen;
    int64_t tokens = 0;
    for (const Scheduler::Row& row : rows) {
      Left& left = left_.at(row.id);
      if (row.begin == 0) left.run = 0;  // From the start again.
      EXPECT_TRUE(seen.insert(row.id).second);
      EXPECT_EQ(row.begin, left.run);
      EXPECT_GE(row.count, 1);
      EXPECT_LE(row.begin + row.count, left.known);
      EXPECT_EQ(row.wants_logits, row.begin + row.count == left.known);
      // Prompts are cut at fixed places, and nothing else is in pieces.
      if (row.begin < left.prompt) {
        EXPECT_EQ(row.begin % options_.chunk_tokens, 0);
      } else {
        EXPECT_EQ(row.count, 1);
      }
      left.run += row.count;
      tokens += row.count;
      const auto table = scheduler_.BlockTable(row.id);
      EXPECT_GE(static_cast<int64_t>(table.size()) * options_.block_size,
                row.begin + row.count);
      for (const int32_t block : table) {
        EXPECT_TRUE(used.insert(block).second) << "block " << block;
        EXPECT_TRUE(block >= 0 && block < options_.blocks);
      }
    }
    EXPECT_LE(tokens, options_.step_tokens);
    EXPECT_LE(scheduler_.running(), options_.max_running);
  }

  void Advance(const Scheduler::Row& row) {
    if (!row.wants_logits) return;
    Left& left = left_.at(row.id);
    if (++left.known == left.end || random_.UniformInt(50) == 0) {
      scheduler_.Remove(row.id);
      left_.erase(row.id);
    } else {
      scheduler_.Grow(row.id);
    }
  }

  Random random_;
  SchedulerOptions options_;
  Scheduler scheduler_;
  std::map<int64_t, Left> left_;
  int64_t added_ = 0;
};

TEST(Scheduler, HoldsItsPromisesUnderRandomLoads) {
  for (uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(::testing::Message() << "seed " << seed);
    RandomLoad(seed).Run();
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace kaito::runtime::serve
