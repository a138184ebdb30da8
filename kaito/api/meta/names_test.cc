#include "kaito/api/meta/names.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace kaito::api {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(ValidateDnsLabel, AcceptsAndRefuses) {
  for (const std::string& good :
       {std::string("a"), std::string("0"), std::string("a-b"),
        std::string("1-2"), std::string("a--b"), std::string(63, 'x')}) {
    EXPECT_EQ(ValidateDnsLabel(good), "") << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("-a"), std::string("a-"), std::string("A"),
        std::string("a.b"), std::string("a_b"), std::string("a b"),
        std::string("a\n"), std::string("\xc3\xa4"), std::string("a\0b", 3),
        std::string(64, 'x')}) {
    EXPECT_NE(ValidateDnsLabel(bad), "") << bad;
  }
}

TEST(ValidateDns1035Label, WantsALetterFirst) {
  EXPECT_EQ(ValidateDns1035Label("a1-b"), "");
  EXPECT_THAT(ValidateDns1035Label("1a"), HasSubstr("starts with a letter"));
  EXPECT_NE(ValidateDns1035Label(""), "");
  EXPECT_NE(ValidateDns1035Label("a-"), "");
}

TEST(ValidateDnsSubdomain, AcceptsAndRefuses) {
  std::string longest = std::string(126, 'a') + "." + std::string(126, 'b');
  for (const std::string& good :
       {std::string("a"), std::string("a.b.c"), std::string("0.1"), longest}) {
    EXPECT_EQ(ValidateDnsSubdomain(good), "") << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("."), std::string("a."), std::string(".a"),
        std::string("a..b"), std::string("a.-b"), std::string("A.b"),
        std::string("a/b"), longest + "c"}) {
    EXPECT_NE(ValidateDnsSubdomain(bad), "") << bad;
  }
}

TEST(ValidateQualifiedName, TakesAnOptionalPrefix) {
  for (const std::string& good :
       {std::string("app"), std::string("App_1.x-y"), std::string("1"),
        std::string("kaito.sh/workspace"), std::string("a/B"),
        "a.b/" + std::string(63, 'Z')}) {
    EXPECT_EQ(ValidateQualifiedName(good), "") << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("/"), std::string("a/"), std::string("/a"),
        std::string("a/b/c"), std::string("A/b"), std::string("-a"),
        std::string("a-"), std::string("a b"), std::string(64, 'z'),
        std::string(254, 'a') + "/b"}) {
    EXPECT_NE(ValidateQualifiedName(bad), "") << bad;
  }
}

TEST(ValidateLabelValue, MayBeEmpty) {
  for (const std::string& good :
       {std::string(), std::string("a"), std::string("Standard_NC12s_v3"),
        std::string("1.2-3"), std::string(63, 'v')}) {
    EXPECT_EQ(ValidateLabelValue(good), "") << good;
  }
  for (const std::string& bad :
       {std::string("-"), std::string("a/b"), std::string(".a"),
        std::string("a:"), std::string(64, 'v')}) {
    EXPECT_NE(ValidateLabelValue(bad), "") << bad;
  }
}

TEST(Names, SayWhatIsWrongInOneLine) {
  EXPECT_THAT(ValidateDnsLabel("A\nb"),
              AllOf(HasSubstr("\"A\\nb\""), HasSubstr("lower-case")));
  EXPECT_THAT(ValidateDnsLabel(std::string(64, 'x')),
              AllOf(HasSubstr("64 characters"), HasSubstr("at most 63")));
  EXPECT_THAT(ValidateQualifiedName("Kaito.sh/x"),
              AllOf(HasSubstr("prefix"), HasSubstr("DNS subdomain")));
  EXPECT_THAT(ValidateQualifiedName("a/" + std::string(64, 'x')),
              HasSubstr("at most 63"));
  // A text of any length makes a message of bounded length.
  EXPECT_LT(ValidateLabelValue(std::string(100000, 'x')).size(), 300u);
}

}  // namespace
}  // namespace kaito::api
