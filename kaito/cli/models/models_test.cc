#include "kaito/cli/models/models.h"

#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::cli {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;

absl::Status Call(const std::vector<std::string>& args, std::string& text) {
  FakeClock clock;
  std::ostringstream out;
  std::ostringstream err;
  const absl::Status status =
      ModelsCommand(args, {.clock = clock, .stop = {}, .out = out, .err = err});
  text = out.str();
  return status;
}

TEST(Models, ListsPresetsWithTheirNeeds) {
  std::string text;
  KAITO_ASSERT_OK(Call({}, text));
  EXPECT_THAT(
      text,
      AllOf(ContainsRegex("NAME +WEIGHTS +TO TUNE"),
            ContainsRegex("tiny-phi-3-instruct .*runs on a CPU"),
            ContainsRegex("llama-3.3-70b-instruct .* 2 .*needs a token"),
            HasSubstr("phi-3-mini-128k-instruct"), Not(HasSubstr("falcon"))));
}

TEST(Models, WritesJsonOfOne) {
  std::string text;
  KAITO_ASSERT_OK(Call({"microsoft/Phi-4", "-o", "json"}, text));
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value document, json::Parse(text));
  ASSERT_EQ(document.Find("models")->array()->size(), 1);
  const json::Value& model = document.Find("models")->array()->front();
  EXPECT_EQ(model.StringAt({"name"}), "phi-4");
  // 14.7 G parameters in 16 bits; a quarter of that in four.
  EXPECT_GT(*model.Find("servingMemoryBytes")->integer(), int64_t{27} << 30);
  EXPECT_LT(*model.Find("tuningMemoryBytes")->integer(), int64_t{16} << 30);
  // The smallest that has 27 GiB and is not retired.
  EXPECT_EQ(model.StringAt({"smallestInstanceType"}),
            "Standard_NV72ads_A10_v5");
}

TEST(Models, SaysWhatIsNear) {
  std::string text;
  EXPECT_THAT(Call({"phi-44"}, text),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("did you mean phi-4")));
  EXPECT_THAT(Call({"falcon-7b"}, text),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no longer served")));
  KAITO_ASSERT_OK(Call({"--help"}, text));
  EXPECT_THAT(text, HasSubstr("kubectl kaito models phi-4 -o json"));
}

}  // namespace
}  // namespace kaito::cli
