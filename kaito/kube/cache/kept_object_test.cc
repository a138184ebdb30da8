#include "kaito/kube/cache/kept_object.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kube/cache/cache.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/cache/object_summary.h"

namespace kaito::kube {
namespace {

constexpr api::KindInfo kPods = {
    .group = "", .version = "v1", .kind = "Pod", .plural = "pods"};

constexpr absl::string_view kPod = R"({
  "apiVersion": "v1", "kind": "Pod",
  "metadata": {"name": "p", "namespace": "n", "uid": "u",
    "resourceVersion": "7", "labels": {"a.b/c": "d"},
    "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}",
                    "mine": "1"},
    "managedFields": [{"manager": "kubectl"}]},
  "spec": {"nodeName": "w1", "containers": [{"name": "c"}]},
  "status": {"phase": "Running", "conditions": [
    {"type": "Ready", "status": "True", "lastProbeTime": "x"},
    {"type": "Other", "status": "False"}]}})";

absl::StatusOr<ObjectPtr> Kept(const Cache<KeptObject>::Reader& reader,
                               absl::string_view text) {
  auto cached = std::make_shared<CachedObject>();
  absl::Status status = json::Read(text, {}, [&](const json::Cursor& object) {
    KAITO_ASSIGN_OR_RETURN(cached->summary, ReadSummary(object));
    KAITO_ASSIGN_OR_RETURN(KeptObject kept, reader(object));
    cached->projection = std::make_shared<const KeptObject>(std::move(kept));
    return absl::OkStatus();
  });
  if (!status.ok()) return status;
  return ObjectPtr(std::move(cached));
}

TEST(KeepFields, KeepsWhatIsNamedAndWhoItIs) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ObjectPtr kept,
      Kept(KeepFields({"metadata.labels", "status.phase",
                       "status.conditions.type", "status.conditions.status"}),
           kPod));
  EXPECT_EQ(Cache<KeptObject>::As(kept)->json,
            R"({"metadata":{"labels":{"a.b/c":"d"},"name":"p","namespace":"n",)"
            R"("uid":"u"},"status":{"conditions":)"
            R"([{"status":"True","type":"Ready"},)"
            R"({"status":"False","type":"Other"}],"phase":"Running"}})");
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value pod, ParseKept(*kept, kPods));
  EXPECT_EQ(pod.StringAt({"kind"}), "Pod");
  EXPECT_EQ(pod.StringAt({"apiVersion"}), "v1");
  EXPECT_EQ(pod.StringAt({"metadata", "labels", "a.b/c"}), "d");
  EXPECT_EQ(pod.StringAt({"metadata", "resourceVersion"}), "7");
}

TEST(KeepAll, LeavesOutWhatOnlyRepeats) {
  KAITO_ASSERT_OK_AND_ASSIGN(const ObjectPtr kept, Kept(KeepAll(), kPod));
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value pod, ParseKept(*kept, kPods));
  KAITO_ASSERT_OK_AND_ASSIGN(json::Value expected, json::Parse(kPod));
  expected["metadata"].object()->Erase("managedFields");
  expected["metadata"]["annotations"].object()->Erase(
      "kubectl.kubernetes.io/last-applied-configuration");
  EXPECT_EQ(pod, expected);
}

TEST(KeptChanged, IsFalseForANewVersionOfTheSame) {
  std::string text(kPod);
  const auto keep = KeepFields({"status.phase"});
  KAITO_ASSERT_OK_AND_ASSIGN(const ObjectPtr first, Kept(keep, text));
  text.replace(text.find("\"7\""), 3, "\"8\"");
  KAITO_ASSERT_OK_AND_ASSIGN(const ObjectPtr again, Kept(keep, text));
  EXPECT_FALSE(KeptChanged({.before = first, .after = again}));
  text.replace(text.find("Running"), 7, "Failed");
  KAITO_ASSERT_OK_AND_ASSIGN(const ObjectPtr other, Kept(keep, text));
  EXPECT_TRUE(KeptChanged({.before = first, .after = other}));
  EXPECT_TRUE(KeptChanged({.before = first}));
}

TEST(KeepFields, RefusesAFieldThatIsNoObject) {
  EXPECT_FALSE(Kept(KeepFields({"status.phase"}),
                    R"({"metadata": {"name": "p"}, "status": "odd"})")
                   .ok());
}

}  // namespace
}  // namespace kaito::kube
