#include "kaito/base/sync/mutex.h"

#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito {
namespace {

class Counter {
 public:
  void Add() {
    MutexLock lock(mutex_);
    ++total_;
    changed_.NotifyAll();
  }
  void WaitFor(int total) {
    MutexLock lock(mutex_);
    while (total_ < total) changed_.Wait(mutex_);
  }
  int total() {
    MutexLock lock(mutex_);
    return total_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int total_ KAITO_GUARDED_BY(mutex_) = 0;
};

TEST(Mutex, KeepsIncrementsOfManyThreads) {
  Counter counter;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) counter.Add();
    });
  }
  counter.WaitFor(4000);
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counter.total(), 4000);
}

TEST(Mutex, TryLockFailsWhileHeldElsewhere) {
  Mutex mutex;
  MutexLock lock(mutex);
  bool locked = true;
  std::thread other([&] {
    if (mutex.TryLock()) {
      mutex.Unlock();
    } else {
      locked = false;
    }
  });
  other.join();
  EXPECT_FALSE(locked);
}

TEST(CondVar, TimesOutAfterTheTimeAskedFor) {
  Mutex mutex;
  CondVar cond;
  MutexLock lock(mutex);
  EXPECT_TRUE(cond.WaitForRealTime(mutex, absl::ZeroDuration()));
  EXPECT_TRUE(cond.WaitForRealTime(mutex, -absl::InfiniteDuration()));
  const absl::Time start = absl::Now();
  while (!cond.WaitForRealTime(mutex, absl::Milliseconds(5))) {
  }
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(4));
}

}  // namespace
}  // namespace kaito
