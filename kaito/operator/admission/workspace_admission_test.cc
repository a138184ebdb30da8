#include "kaito/operator/admission/workspace_admission.h"

#include <string>

#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/operator/presets/catalog.h"

namespace kaito::controller {
namespace {

using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

json::Value Inference() {
  const absl::StatusOr<json::Value> value = json::Parse(R"({
    "apiVersion": "kaito.sh/v1alpha1", "kind": "Workspace",
    "metadata": {"name": "w", "namespace": "default"},
    "resource": {"count": 1, "instanceType": "Standard_NC24ads_A100_v4",
                 "labelSelector": {"matchLabels": {"app": "w"}}},
    "inference": {"preset": {"name": "Phi-4"}}})");
  EXPECT_TRUE(value.ok()) << value.status();
  return value.ok() ? *value : json::Value();
}

api::ValidationFacts Facts() { return {.presets = &BuiltInCatalog()}; }

TEST(WorkspaceAdmission, TakesAGoodOneAndSpellsItsNames) {
  json::Value object = Inference();
  DefaultWorkspace(object);
  EXPECT_EQ(object.StringAt({"inference", "preset", "name"}), "phi-4");
  EXPECT_THAT(JudgeWorkspace(nullptr, object, Facts()).errors, IsEmpty());
  const json::Value once = object;
  DefaultWorkspace(object);
  EXPECT_EQ(object, once);
}

TEST(WorkspaceAdmission, RefusesAnUnknownPresetAndAForbiddenChange) {
  json::Value object = Inference();
  object["inference"]["preset"]["name"] = "no-such-model";
  EXPECT_THAT(JudgeWorkspace(nullptr, object, Facts()).errors, Not(IsEmpty()));

  const json::Value before = Inference();
  json::Value after = Inference();
  after["resource"]["instanceType"] = "Standard_NC48ads_A100_v4";
  EXPECT_THAT(JudgeWorkspace(&before, after, Facts()).errors, SizeIs(1));
  EXPECT_THAT(JudgeWorkspace(&before, before, Facts()).errors, IsEmpty());
}

TEST(WorkspaceAdmission, RefusesWhatIsNoWorkspace) {
  json::Value object = Inference();
  object["resource"] = 7;
  const json::Value before = object;
  DefaultWorkspace(object);
  EXPECT_EQ(object, before);
  EXPECT_THAT(JudgeWorkspace(nullptr, object, Facts()).errors, Not(IsEmpty()));
}

}  // namespace
}  // namespace kaito::controller
