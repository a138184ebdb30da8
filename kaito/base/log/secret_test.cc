#include "kaito/base/log/secret.h"

#include <cstddef>
#include <cstdlib>
#include <new>
#include <sstream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace kaito {
namespace {

const char* watched = nullptr;  // Seven bytes, when set.
std::string freed;              // What they were when they were freed.

TEST(Secret, PrintsAsStarsEverywhere) {
  const Secret secret("hunter2");
  EXPECT_EQ(absl::StrCat("token ", secret, "."), "token ***.");
  EXPECT_EQ(absl::StrCat("a", "b", "c", "d", "e", secret), "abcde***");
  std::string appended;
  absl::StrAppend(&appended, secret);
  EXPECT_EQ(appended, "***");
  std::ostringstream stream;
  stream << secret;
  EXPECT_EQ(stream.str(), "***");
  EXPECT_EQ(::testing::PrintToString(secret), "***");
}

TEST(Secret, RevealsItsValueOnRequest) {
  EXPECT_EQ(Secret("hunter2").Reveal(), "hunter2");
  EXPECT_EQ(Secret().Reveal(), "");
  EXPECT_TRUE(Secret("").empty());
  EXPECT_EQ(Secret(absl::string_view("a\0b", 3)).Reveal().size(), 3u);
}

TEST(Secret, CopiesAndMoves) {
  Secret a("one");
  Secret copy = a;
  const Secret moved = std::move(a);
  EXPECT_EQ(moved.Reveal(), "one");
  EXPECT_EQ(a.Reveal(), "");  // NOLINT(bugprone-use-after-move): as documented.
  copy = Secret("two");
  EXPECT_EQ(copy.Reveal(), "two");
  copy = moved;
  EXPECT_TRUE(copy == moved);
  EXPECT_FALSE(copy == Secret("onf"));
  EXPECT_FALSE(copy == Secret("ones"));
}

TEST(Secret, TakeZeroesTheSource) {
  std::string text = "hunter2";
  const char* bytes = text.data();  // Short: stays inside `text`.
  const Secret secret = Secret::Take(std::move(text));
  EXPECT_EQ(secret.Reveal(), "hunter2");
  EXPECT_EQ(std::string(bytes, 7), std::string(7, '\0'));
}

TEST(Secret, ZeroesItsMemoryBeforeFreeingIt) {
  {
    const Secret secret("hunter2");
    watched = secret.Reveal().data();
  }
  EXPECT_EQ(freed, std::string(7, '\0'));

  Secret assigned("hunter2");
  watched = assigned.Reveal().data();
  freed = "untouched";
  assigned = Secret("other");
  EXPECT_EQ(freed, std::string(7, '\0'));
}

TEST(Secret, MovesWithoutLeavingACopy) {
  Secret a("hunter2");
  const char* bytes = a.Reveal().data();
  const Secret b = std::move(a);
  EXPECT_EQ(b.Reveal().data(), bytes);
}

}  // namespace
}  // namespace kaito

// Replaced for this test, to look at memory at the moment when it is freed.
void* operator new[](size_t size) { return std::malloc(size); }
void operator delete[](void* p) noexcept {
  if (p != nullptr && p == kaito::watched) {
    kaito::watched = nullptr;
    kaito::freed.assign(static_cast<const char*>(p), 7);
  }
  std::free(p);
}
void operator delete[](void* p, size_t) noexcept { operator delete[](p); }
