#include "kaito/base/file/unique_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "gtest/gtest.h"

namespace kaito {
namespace {

bool IsOpen(int fd) { return fcntl(fd, F_GETFD) >= 0; }

int OpenOne() { return open("/dev/null", O_RDONLY | O_CLOEXEC); }

TEST(UniqueFd, ClosesAtTheEnd) {
  int number = -1;
  {
    const UniqueFd fd(OpenOne());
    ASSERT_TRUE(fd.valid());
    number = fd.get();
    EXPECT_TRUE(IsOpen(number));
  }
  EXPECT_FALSE(IsOpen(number));
}

TEST(UniqueFd, MovesAndReleases) {
  UniqueFd a(OpenOne());
  UniqueFd b(OpenOne());
  const int first = a.get();
  const int second = b.get();
  a = std::move(b);
  EXPECT_FALSE(IsOpen(first));
  EXPECT_FALSE(b.valid());  // NOLINT(bugprone-use-after-move): as documented.
  EXPECT_EQ(a.Release(), second);
  EXPECT_FALSE(a.valid());
  EXPECT_TRUE(IsOpen(second));
  close(second);
}

}  // namespace
}  // namespace kaito
