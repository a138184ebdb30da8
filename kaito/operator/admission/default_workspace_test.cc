#include "kaito/operator/admission/default_workspace.h"

#include "absl/status/statusor.h"
#include "gtest/gtest.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"

namespace kaito::controller {
namespace {

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

TEST(DefaultWorkspace, SpellsNamesOneWay) {
  json::Value object = Inference();
  DefaultWorkspace(object);
  EXPECT_EQ(object.StringAt({"inference", "preset", "name"}), "phi-4");
  const json::Value once = object;
  DefaultWorkspace(object);
  EXPECT_EQ(object, once);
}

TEST(DefaultWorkspace, LeavesWhatIsNoWorkspace) {
  json::Value object = Inference();
  object["resource"] = 7;
  const json::Value before = object;
  DefaultWorkspace(object);
  EXPECT_EQ(object, before);
}

}  // namespace
}  // namespace kaito::controller
