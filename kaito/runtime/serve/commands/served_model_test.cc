#include "kaito/runtime/serve/commands/served_model.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::runtime::serve {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ParseAdapterSpec, TakesNameDirectoryAndStrength) {
  KAITO_ASSERT_OK_AND_ASSIGN(AdapterSpec spec, ParseAdapterSpec("a=/b/c@0.5"));
  EXPECT_EQ(spec.name, "a");
  EXPECT_EQ(spec.directory, "/b/c");
  EXPECT_EQ(spec.strength, 0.5);
  KAITO_ASSERT_OK_AND_ASSIGN(spec, ParseAdapterSpec("a=/b=c@home"));
  EXPECT_EQ(spec.directory, "/b=c@home");
  EXPECT_EQ(spec.strength, 1);
}

TEST(ParseAdapterSpec, RefusesAnythingElse) {
  for (const char* text : {"", "a", "=/b", "a=", "a=/b@inf", "a=/b@nan"}) {
    EXPECT_THAT(
        ParseAdapterSpec(text),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--adapter")))
        << text;
  }
}

}  // namespace
}  // namespace kaito::runtime::serve
