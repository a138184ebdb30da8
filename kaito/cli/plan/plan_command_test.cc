#include "kaito/cli/plan/plan_command.h"

#include <cstdlib>
#include <sstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::cli {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

absl::Status Call(const std::vector<std::string>& args, std::string& text) {
  FakeClock clock;
  std::ostringstream out;
  std::ostringstream err;
  const absl::Status status =
      PlanCommand(args, {.clock = clock, .stop = {}, .out = out, .err = err});
  text = out.str();
  return status;
}

TEST(Plan, OfTheWalkThroughWaitsForARealImage) {
  std::string text;
  KAITO_ASSERT_OK(Call({"-f", "examples/workspaces/walkthrough.yaml"}, text));
  EXPECT_THAT(text, HasSubstr("Workspace workspace-tuning-phi-3\n"));
  EXPECT_THAT(text, HasSubstr("wait: tuning.output.image is the placeholder"));
}

TEST(Plan, KnowsEachExample) {
  for (const char* name : {"inference-adapter", "inference", "tuning-configmap",
                           "walkthrough-small", "walkthrough"}) {
    std::string text;
    KAITO_EXPECT_OK(
        Call({"-f", absl::StrCat("examples/workspaces/", name, ".yaml"),
              "--allow-private-addresses"},
             text))
        << name;
    EXPECT_THAT(text, HasSubstr("Workspace workspace-")) << name;
  }
}

TEST(Plan, HasItsObjectsInJson) {
  std::string text;
  KAITO_ASSERT_OK(Call({"-f", "examples/workspaces/inference.yaml", "-o",
                        "json", "--preset-registry", "registry.example.com"},
                       text));
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value document, json::Parse(text));
  const json::Value& plan = document.Find("plans")->array()->front();
  EXPECT_EQ(plan.StringAt({"workspace"}), "workspace-tiny-phi-3");
  const json::Value& stage = plan.Find("stages")->array()->front();
  EXPECT_EQ(stage.StringAt({"when"}), "first");
  const json::Value& step = stage.Find("steps")->array()->front();
  EXPECT_EQ(step.StringAt({"action"}), "create");
  EXPECT_EQ(step.StringAt({"object", "kind"}), step.StringAt({"kind"}));
}

TEST(Plan, NamesWhatIsWrong) {
  const std::string path =
      JoinPath(std::getenv("TEST_TMPDIR"), "workspace.yaml");
  KAITO_ASSERT_OK(WriteFileAtomic(path, "kind: Workspace\nresorce: 1\n"));
  std::string text;
  EXPECT_THAT(
      Call({"-f", path}, text),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("resorce")));
  EXPECT_THAT(Call({"-f", "/no/such/file"}, text),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("/no/such")));
  EXPECT_THAT(Call({}, text),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("file")));
}

}  // namespace
}  // namespace kaito::cli
