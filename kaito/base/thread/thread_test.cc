#include "kaito/base/thread/thread.h"

#include <pthread.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito {
namespace {

TEST(Thread, RunsNamedAndJoins) {
  char name[16] = {};
  KAITO_ASSERT_OK_AND_ASSIGN(
      Thread thread, Thread::Start("a-name-that-is-too-long", [&] {
        pthread_getname_np(pthread_self(), name, sizeof(name));
      }));
  thread.Join();
  thread.Join();
  EXPECT_EQ(std::string(name), "a-name-that-is-");
}

TEST(Thread, DestructionAndAssignmentJoin) {
  bool first = false;
  bool second = false;
  {
    KAITO_ASSERT_OK_AND_ASSIGN(Thread thread,
                               Thread::Start("one", [&] { first = true; }));
    KAITO_ASSERT_OK_AND_ASSIGN(thread,
                               Thread::Start("two", [&] { second = true; }));
    EXPECT_TRUE(first);
  }
  EXPECT_TRUE(second);
}

TEST(Thread, TakesMoveOnlyBodies) {
  int value = 0;
  auto owned = std::make_unique<int>(7);
  KAITO_ASSERT_OK_AND_ASSIGN(
      Thread thread,
      Thread::Start("move", [&value, p = std::move(owned)] { value = *p; }));
  thread.Join();
  EXPECT_EQ(value, 7);
}

TEST(ThreadDeathTest, ExceptionInTheBodyEndsTheProcess) {
  EXPECT_DEATH(
      {
        auto thread = Thread::Start("throws", [] { throw 1; });
        if (thread.ok()) thread->Join();
      },
      "");
}

}  // namespace
}  // namespace kaito
