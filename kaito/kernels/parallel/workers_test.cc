#include "kaito/kernels/parallel/workers.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "gtest/gtest.h"

namespace kaito::kernels {
namespace {

using Ranges = std::vector<std::pair<int64_t, int64_t>>;

// Runs its workers one after another, the last first.
class Backwards : public Workers {
 public:
  explicit Backwards(int64_t count) : count_(count) {}
  int64_t count() const override { return count_; }
  void Run(absl::FunctionRef<void(int64_t)> body) override {
    for (int64_t w = count_ - 1; w >= 0; --w) body(w);
  }

 private:
  const int64_t count_;
};

Ranges RangesOf(Workers* workers, int64_t size, int64_t grain) {
  Ranges ranges;
  ParallelFor(workers, size, grain, [&](int64_t begin, int64_t end) {
    ranges.emplace_back(begin, end);
  });
  return ranges;
}

TEST(RangeOfWorker, CoversAllOnceInOrderAtMultiplesOfTheGrain) {
  for (const int64_t count : {1, 2, 3, 7}) {
    for (const int64_t grain : {1, 4, 5}) {
      for (int64_t size = 0; size < 50; ++size) {
        int64_t next = 0;
        int64_t longest = 0;
        int64_t shortest = size;
        for (int64_t w = 0; w < count; ++w) {
          const WorkRange range = RangeOfWorker(size, grain, w, count);
          ASSERT_EQ(range.begin, next);
          ASSERT_LE(range.begin, range.end);
          if (range.begin < range.end) {
            ASSERT_EQ(range.begin % grain, 0);
          }
          longest = std::max(longest, range.end - range.begin);
          shortest = std::min(shortest, range.end - range.begin);
          next = range.end;
        }
        ASSERT_EQ(next, size);
        // One grain, and what the last grain lacks.
        ASSERT_LE(longest - shortest, 2 * grain - 1);
      }
    }
  }
}

TEST(ParallelFor, GivesEachWorkerItsRange) {
  Backwards workers(3);
  EXPECT_EQ(RangesOf(&workers, 10, 2), (Ranges{{8, 10}, {4, 8}, {0, 4}}));
  EXPECT_EQ(RangesOf(&workers, 3, 2), (Ranges{{2, 3}, {0, 2}}));
}

TEST(ParallelFor, StaysOnTheCallersThreadForOneGrainOrWithoutWorkers) {
  Backwards workers(3);
  EXPECT_EQ(RangesOf(&workers, 4, 4), (Ranges{{0, 4}}));
  EXPECT_EQ(RangesOf(nullptr, 10, 2), (Ranges{{0, 10}}));
}

TEST(ParallelFor, CallsNothingForNoItems) {
  Backwards workers(3);
  EXPECT_EQ(RangesOf(&workers, 0, 4), Ranges{});
  EXPECT_EQ(RangesOf(nullptr, 0, 4), Ranges{});
}

TEST(ParallelForDeathTest, AGrainOfNothingIsABug) {
  EXPECT_DEATH(RangesOf(nullptr, 10, 0), "grain > 0");
}

}  // namespace
}  // namespace kaito::kernels
