#include "kaito/operator/plan/plan_only.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::controller {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::string_view kTuning = R"(
apiVersion: v1
kind: ConfigMap
metadata: {name: passed-over}
---
apiVersion: kaito.sh/v1alpha1
kind: Workspace
metadata: {name: tune}
resource:
  instanceType: Standard_NC6s_v3
  labelSelector: {matchLabels: {app: tune}}
tuning:
  preset: {name: phi-4}
  method: lora
  input: {urls: ["https://example.com/a.jsonl"]}
  output: {image: registry.example.com/a:1, imagePushSecret: push}
)";

TEST(PlanOnly, ShowsTheStepsAndWarnsOfMemory) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::string text, PlanOnly(kTuning, {}, {}));
  EXPECT_THAT(text,
              AllOf(HasSubstr("Workspace tune\n"),
                    HasSubstr("warning: resource.instanceType: Azure has "
                              "retired Standard_NC6s_v3"),
                    HasSubstr("a GPU of Standard_NC6s_v3 has 16.0 GiB"),
                    HasSubstr("first:\n  create ControllerRevision"),
                    HasSubstr("  create Machine ws"),
                    HasSubstr("when the node is ready:\n"),
                    HasSubstr("  create Job tune: tuning of revision 1\n")));
}

TEST(PlanOnly, StopsWhereTheOperatorWould) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::string text,
      PlanOnly(absl::StrReplaceAll(kTuning, {{"registry.example.com/a:1",
                                              "ACR_REPO_HERE.azurecr.io/x:1"}}),
               {}, {}));
  EXPECT_THAT(text, AllOf(HasSubstr("wait: tuning.output.image is the "
                                    "placeholder"),
                          Not(HasSubstr("create Machine"))));
}

TEST(PlanOnly, NamesEachFault) {
  EXPECT_THAT(PlanOnly(absl::StrReplaceAll(
                           kTuning, {{"lora", "dora"}, {"phi-4", "phi-44"}}),
                       {}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("Workspace tune: "), HasSubstr("dora"),
                             HasSubstr("phi-44"))));
  EXPECT_THAT(
      PlanOnly("kind: Pod", {}, {}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("no Workspace")));
  EXPECT_THAT(PlanOnly("a: [", {}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      PlanOnly("{kind: Workspace, metadata: {name: x}, tunning: 1}", {}, {}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("tunning")));
}

}  // namespace
}  // namespace kaito::controller
