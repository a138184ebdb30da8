#include "kaito/base/digest/sha256.h"

#include <string>
#include <utility>

#include "gtest/gtest.h"

namespace kaito {
namespace {

// Vectors of FIPS 180-2, appendix B.
constexpr char kEmpty[] =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr char kAbc[] =
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr char kMillionA[] =
    "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256Hex, MatchesThePublishedVectors) {
  EXPECT_EQ(Sha256Hex(""), kEmpty);
  EXPECT_EQ(Sha256Hex("abc"), kAbc);
  EXPECT_EQ(Sha256Hex(std::string(1'000'000, 'a')), kMillionA);
}

TEST(Sha256, DoesNotDependOnHowTheDataIsCut) {
  Sha256 digest;
  for (int i = 0; i < 1000; ++i) digest.Update(std::string(1000, 'a'));
  EXPECT_EQ(digest.Hex(), kMillionA);
}

TEST(Sha256, GoesOnAfterAnInterimResultAndAMove) {
  Sha256 digest;
  EXPECT_EQ(digest.Hex(), kEmpty);
  digest.Update("a");
  Sha256 moved = std::move(digest);
  moved.Update("bc");
  EXPECT_EQ(moved.Hex(), kAbc);
  EXPECT_EQ(moved.Hex(), kAbc);
}

}  // namespace
}  // namespace kaito
