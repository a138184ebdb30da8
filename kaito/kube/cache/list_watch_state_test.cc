#include "kaito/kube/cache/list_watch_state.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {
namespace {

using Kind = ListWatchStep::Kind;

const SteadyTime kNow = SteadyTime() + absl::Hours(1);
constexpr absl::Duration kLong = absl::Minutes(5);

absl::Status Expired() { return api::ToStatus(api::ExpiredStatus("")); }
absl::Status TooLarge() {
  return api::ToStatus(api::TooLargeResourceVersionStatus());
}

// "list rv= limit=500", "list rv= limit=500 continue=c", "watch rv=7"; with
// " wait" at the end where there is a delay.
std::string Show(const ListWatchStep& step) {
  std::string text =
      step.kind == Kind::kList
          ? absl::StrCat("list rv=", step.resource_version,
                         " limit=", step.limit,
                         step.continue_token.empty() ? "" : " continue=",
                         step.continue_token)
          : absl::StrCat("watch rv=", step.resource_version);
  if (step.delay > absl::ZeroDuration()) text += " wait";
  return text;
}

// A state that watches from version 7.
ListWatchState Watching(ListFrom from) {
  ListWatchState state({.from = from}, 1);
  state.Next();
  state.OnPage("7", "");
  EXPECT_EQ(Show(state.Next()), "watch rv=7");
  return state;
}

TEST(ListWatchState, R2StartsFromStorageOrFromTheServersCache) {
  ListWatchState storage({.from = ListFrom::kStorage}, 1);
  EXPECT_EQ(Show(storage.Next()), "list rv= limit=500");
  ListWatchState cache({.from = ListFrom::kServerCache}, 1);
  EXPECT_EQ(Show(cache.Next()), "list rv=0 limit=500");
}

TEST(ListWatchState, R3R6WatchesFromTheVersionOfTheFirstPage) {
  ListWatchState state({}, 1);
  state.Next();
  state.OnPage("7", "c1");
  EXPECT_EQ(Show(state.Next()), "list rv= limit=500 continue=c1");
  state.OnPage("9", "c2");
  EXPECT_EQ(Show(state.Next()), "list rv= limit=500 continue=c2");
  EXPECT_EQ(state.resource_version(), "");
  state.OnPage("10", "");
  EXPECT_EQ(Show(state.Next()), "watch rv=7");
}

TEST(ListWatchState, R4ListsAtOnceUnpagedWhereALaterPageHasExpired) {
  ListWatchState state({}, 1);
  state.Next();
  state.OnPage("7", "c1");
  state.Next();
  state.OnListError(Expired(), kNow);
  EXPECT_EQ(Show(state.Next()), "list rv= limit=0");
}

TEST(ListWatchState, R4R5F6AsksForTheNewestWhereAVersionIsTooOldOrTooNew) {
  for (const absl::Status& status : {Expired(), TooLarge()}) {
    ListWatchState state({.from = ListFrom::kServerCache}, 1);
    state.Next();
    state.OnListError(status, kNow);
    EXPECT_EQ(Show(state.Next()), "list rv= limit=500") << status;
    // The newest can't be too old: no loop without waits.
    state.OnListError(status, kNow);
    EXPECT_EQ(Show(state.Next()), "list rv= limit=500 wait") << status;
  }
  ListWatchState state = Watching(ListFrom::kServerCache);
  state.OnWatchEnd(TooLarge(), kLong, kNow);
  EXPECT_EQ(Show(state.Next()), "list rv= limit=500");
}

TEST(ListWatchState, R7WatchesForFiveToTenMinutes) {
  absl::Duration shortest = absl::InfiniteDuration();
  absl::Duration longest;
  for (uint64_t seed = 0; seed < 200; ++seed) {
    ListWatchState state({}, seed);
    state.Next();
    state.OnPage("7", "");
    const absl::Duration timeout = state.Next().watch_timeout;
    shortest = std::min(shortest, timeout);
    longest = std::max(longest, timeout);
  }
  EXPECT_GE(shortest, absl::Seconds(300));
  EXPECT_LT(shortest, absl::Seconds(320));
  EXPECT_LE(longest, absl::Seconds(600));
  EXPECT_GT(longest, absl::Seconds(580));
}

TEST(ListWatchState, R1R9F7EveryEventMovesTheVersionAlsoBookmarks) {
  ListWatchState state = Watching(ListFrom::kStorage);
  // Opaque: what looks smaller is newer, since it came later.
  state.OnEvent(WatchEventType::kModified, "12");
  state.OnEvent(WatchEventType::kDeleted, "3");
  EXPECT_EQ(state.resource_version(), "3");
  state.OnEvent(WatchEventType::kBookmark, "x/4");
  state.OnEvent(WatchEventType::kAdded, "");
  state.OnWatchEnd(absl::OkStatus(), kLong, kNow);
  EXPECT_EQ(Show(state.Next()), "watch rv=x/4");
}

TEST(ListWatchState, R10F8TheBurstOfAWatchFromNowhereHasNoOrder) {
  ListWatchState state({}, 1);
  state.Next();
  state.OnPage("0", "");
  EXPECT_EQ(Show(state.Next()), "watch rv=0");
  state.OnEvent(WatchEventType::kAdded, "9");
  state.OnEvent(WatchEventType::kAdded, "8");
  EXPECT_EQ(state.resource_version(), "0");
  state.OnEvent(WatchEventType::kModified, "10");
  EXPECT_EQ(state.resource_version(), "10");
}

TEST(ListWatchState, R11F4ListsAgainAfterAWait) {
  ListWatchState storage = Watching(ListFrom::kStorage);
  storage.OnWatchEnd(Expired(), kLong, kNow);
  EXPECT_EQ(Show(storage.Next()), "list rv= limit=500 wait");
  // R3: a named version is the server's cache's to answer, unpaged.
  ListWatchState cache = Watching(ListFrom::kServerCache);
  cache.OnWatchEnd(Expired(), kLong, kNow);
  EXPECT_EQ(Show(cache.Next()), "list rv=7 limit=0 wait");
  cache.OnListError(Expired(), kNow);
  EXPECT_EQ(Show(cache.Next()), "list rv= limit=500");
}

TEST(ListWatchState, R12KeepsItsVersionWhereTheServerIsAwayOrBusy) {
  for (const absl::Status& status :
       {absl::UnavailableError("refused"), absl::DeadlineExceededError("idle"),
        api::HttpToStatus(429, "busy"), api::HttpToStatus(503, "away")}) {
    ListWatchState state = Watching(ListFrom::kStorage);
    state.OnWatchEnd(status, kLong, kNow);
    EXPECT_EQ(Show(state.Next()), "watch rv=7 wait") << status;
  }
  for (const absl::Status& status :
       {api::HttpToStatus(500, ""), api::HttpToStatus(403, ""),
        api::HttpToStatus(404, ""), absl::ResourceExhaustedError("line")}) {
    ListWatchState state = Watching(ListFrom::kStorage);
    state.OnWatchEnd(status, kLong, kNow);
    EXPECT_EQ(Show(state.Next()), "list rv= limit=500 wait") << status;
  }
}

TEST(ListWatchState, R13F1WatchesOnAtOnceUnlessTheWatchWasVeryShort) {
  ListWatchState state = Watching(ListFrom::kStorage);
  for (int cycle = 0; cycle < 1000; ++cycle) {
    const std::string version = absl::StrCat("v", cycle);
    state.OnEvent(WatchEventType::kModified, version);
    state.OnWatchEnd(absl::OkStatus(), absl::ZeroDuration(), kNow);
    ASSERT_EQ(Show(state.Next()), "watch rv=" + version);
  }
  state.OnWatchEnd(absl::OkStatus(), absl::Milliseconds(999), kNow);
  EXPECT_EQ(Show(state.Next()), "watch rv=v999 wait");
}

TEST(ListWatchState, R14F10WaitsLongerEachTimeUntilTroubleIsOver) {
  ListWatchState state({}, 1);
  SteadyTime now = kNow;
  absl::Duration total;
  double least = 0.8;
  for (int failures = 0; failures < 10; ++failures) {
    state.Next();
    state.OnListError(api::HttpToStatus(500, ""), now);
    const absl::Duration delay = state.Next().delay;
    EXPECT_GE(delay, absl::Seconds(std::min(least, 30.0)));
    EXPECT_LE(delay, 2 * absl::Seconds(std::min(least, 30.0)));
    least *= 2;
    now = now + delay;
    total += delay;
  }
  EXPECT_GT(total, absl::Seconds(150));  // Ten requests: far below 1 a second.
  state.OnListError(api::HttpToStatus(500, ""), now + absl::Minutes(3));
  EXPECT_LT(state.Next().delay, absl::Milliseconds(1601));
}

}  // namespace
}  // namespace kaito::kube
