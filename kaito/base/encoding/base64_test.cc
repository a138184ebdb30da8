#include "kaito/base/encoding/base64.h"

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Base64, MatchesTheVectorsOfRfc4648) {
  const struct {
    const char* data;
    const char* text;
  } kVectors[] = {{"", ""},
                  {"f", "Zg=="},
                  {"fo", "Zm8="},
                  {"foo", "Zm9v"},
                  {"foob", "Zm9vYg=="},
                  {"fooba", "Zm9vYmE="},
                  {"foobar", "Zm9vYmFy"}};
  for (const auto& vector : kVectors) {
    EXPECT_EQ(Base64Encode(vector.data), vector.text);
    EXPECT_THAT(Base64Decode(vector.text),
                IsOkAndHolds(std::string(vector.data)));
  }
}

TEST(Base64, KeepsEveryByte) {
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  EXPECT_THAT(Base64Decode(Base64Encode(bytes)), IsOkAndHolds(bytes));
}

TEST(Base64Decode, RefusesEverySecondSpelling) {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Zm9v\n", " Zm9v", "Zm 9v",
                           "Zh==", "Zg..", "Zm9-", "Zg==Zg==", "=", "Z"}) {
    EXPECT_THAT(Base64Decode(text),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(Base64Decode, DoesNotShowTheInput) {
  EXPECT_THAT(
      Base64Decode("hunter2!"),
      StatusIs(absl::StatusCode::kInvalidArgument, Not(HasSubstr("hunter2"))));
}

}  // namespace
}  // namespace kaito
