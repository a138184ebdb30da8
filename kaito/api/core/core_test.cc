#include <fstream>
#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/config_map.h"
#include "kaito/api/core/controller_revision.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/endpoints.h"
#include "kaito/api/core/event.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/lease.h"
#include "kaito/api/core/namespace.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/object_reference.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/core/service.h"
#include "kaito/api/core/stateful_set.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::api {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

json::Value Load(absl::string_view name) {
  std::ifstream file(absl::StrCat("kaito/api/core/testdata/", name));
  std::stringstream text;
  text << file.rdbuf();
  const auto value = json::Parse(text.str());
  EXPECT_TRUE(value.ok()) << name << ": " << value.status();
  return value.value_or(json::Value());
}

json::Value Workload(absl::string_view kind) {
  const json::Value all = Load("workloads.json");
  for (const json::Value& object : *all.array()) {
    if (object.StringAt({"kind"}) == kind) return object;
  }
  ADD_FAILURE() << kind;
  return {};
}

// null means absent to every Kubernetes client and server.
json::Value WithoutNulls(const json::Value& value) {
  if (const json::Object* object = value.object()) {
    json::Object kept;
    for (const json::Member& member : *object) {
      if (member.value.is_null()) continue;
      kept[member.name] = WithoutNulls(member.value);
    }
    return kept;
  }
  json::Value copy = value;
  if (json::Array* array = copy.array()) {
    for (json::Value& item : *array) item = WithoutNulls(item);
  }
  return copy;
}

// Puts a member that no struct knows into every object below `value`, maps of
// strings and amounts aside.
void AddStrangers(json::Value& value) {
  if (json::Object* object = value.object()) {
    bool all_plain = !object->empty();
    for (json::Member& member : *object) {
      all_plain = all_plain && member.value.is_string();
      AddStrangers(member.value);
    }
    if (!all_plain) (*object)["laterField"] = json::Array{1, "x"};
  } else if (json::Array* array = value.array()) {
    for (json::Value& item : *array) AddStrangers(item);
  }
}

template <typename T>
void ExpectNothingLost(const json::Value& value) {
  const Decoded<T> decoded = Decode<T>(value);
  EXPECT_TRUE(decoded.errors.empty()) << decoded.errors.ToString();
  EXPECT_EQ(json::Write(Encode(decoded.object), {.indent = 1}),
            json::Write(WithoutNulls(value), {.indent = 1}));
  EXPECT_EQ(T::kKind.api_version(), decoded.object.api_version);
  EXPECT_EQ(T::kKind.kind, decoded.object.kind);
  EXPECT_EQ(T().api_version, decoded.object.api_version);
  EXPECT_EQ(T().kind, decoded.object.kind);
}

TEST(Core, ReadingAndWritingLosesNothing) {
  ExpectNothingLost<Pod>(Load("pod.json"));
  ExpectNothingLost<Job>(Load("job.json"));
  ExpectNothingLost<Node>(Load("node.json"));
  ExpectNothingLost<Deployment>(Workload("Deployment"));
  ExpectNothingLost<StatefulSet>(Workload("StatefulSet"));
  ExpectNothingLost<Service>(Workload("Service"));
  ExpectNothingLost<Endpoints>(Workload("Endpoints"));
  ExpectNothingLost<ConfigMap>(Workload("ConfigMap"));
  ExpectNothingLost<Secret>(Workload("Secret"));
  ExpectNothingLost<Namespace>(Workload("Namespace"));
  ExpectNothingLost<Event>(Workload("Event"));
  ExpectNothingLost<Lease>(Workload("Lease"));
  ExpectNothingLost<ControllerRevision>(Workload("ControllerRevision"));
}

TEST(Core, KeepsFieldsOfLaterVersionsAtEveryLevel) {
  json::Value pod = Load("pod.json");
  AddStrangers(pod["spec"]);
  AddStrangers(pod["status"]);
  ExpectNothingLost<Pod>(pod);
  json::Value node = Load("node.json");
  AddStrangers(node["spec"]);
  AddStrangers(node["status"]["conditions"]);
  ExpectNothingLost<Node>(node);
  json::Value service = Workload("Service");
  AddStrangers(service["spec"]["ports"]);
  ExpectNothingLost<Service>(service);
}

TEST(Core, ChangesOnlyWhatWasChanged) {
  json::Value expected = WithoutNulls(Load("job.json"));
  Job job = Decode<Job>(expected).object;
  job.spec.suspend = true;
  job.metadata.annotations["a"] = "b";
  expected["spec"]["suspend"] = true;
  expected["metadata"]["annotations"]["a"] = "b";
  EXPECT_EQ(Encode(job), expected);
}

TEST(Core, ItemsOfListsMayLackTheirKind) {
  const Decoded<Pod> decoded =
      Decode<Pod>(json::Object{{"metadata", json::Object{{"name", "a"}}}});
  EXPECT_TRUE(decoded.errors.empty());
  EXPECT_EQ(decoded.object.kind, "Pod");
}

TEST(Core, SaysWhereAValueIsWrong) {
  json::Value pod = Load("pod.json");
  (*pod["spec"]["containers"].array())[0]["resources"]["limits"]["memory"] =
      "64 gigs";
  (*pod["spec"]["containers"].array())[0]["ports"] = "http";
  EXPECT_THAT(Decode<Pod>(pod).errors.ToString(),
              AllOf(HasSubstr("spec.containers[0].resources.limits"),
                    HasSubstr("not a quantity: \"64 gigs\""),
                    HasSubstr("spec.containers[0].ports: expected array")));
}

TEST(Pod, TellsWhatHasBecomeOfIt) {
  Pod pod = Decode<Pod>(Load("pod.json")).object;
  EXPECT_FALSE(IsPodReady(pod));
  EXPECT_FALSE(IsPodTerminal(pod));
  EXPECT_EQ(FindPodCondition(pod, pod_condition::kReady)->reason,
            "ContainersNotReady");
  EXPECT_EQ(FindPodCondition(pod, "Other"), nullptr);
  const ContainerStatus& main = pod.status->container_statuses[0];
  ASSERT_TRUE(main.last_state.terminated.has_value());
  EXPECT_EQ(main.last_state.terminated->exit_code, 3);
  EXPECT_THAT(main.last_state.terminated->message, HasSubstr("OutOfMemory"));
  EXPECT_EQ(pod.spec.containers[0].resources->limits["memory"].Value(),
            int64_t{64} << 30);
  pod.status->conditions[2].status = ConditionStatus::kTrue;
  EXPECT_TRUE(IsPodReady(pod));
  pod.status->phase = std::string(pod_phase::kFailed);
  EXPECT_TRUE(IsPodTerminal(pod));
  pod.status.reset();
  EXPECT_FALSE(IsPodReady(pod));
  EXPECT_FALSE(IsPodTerminal(pod));
}

TEST(Job, IsFinishedEitherWay) {
  Job job = Decode<Job>(Load("job.json")).object;
  EXPECT_TRUE(IsJobFinished(job));
  job.status->conditions[0].type = "Suspended";
  EXPECT_FALSE(IsJobFinished(job));
  job.status->conditions[0].type = "Complete";
  EXPECT_TRUE(IsJobFinished(job));
  job.status->conditions[0].status = ConditionStatus::kFalse;
  EXPECT_FALSE(IsJobFinished(job));
  EXPECT_FALSE(IsJobFinished(Job()));
}

TEST(Node, IsReadyByItsCondition) {
  Node node = Decode<Node>(Load("node.json")).object;
  EXPECT_TRUE(IsNodeReady(node));
  EXPECT_EQ(node.status->capacity["nvidia.com/gpu"].Value(), 2);
  EXPECT_EQ(node.status->allocatable["cpu"].MilliValue(), 11780);
  node.status->conditions[1].status = ConditionStatus::kUnknown;
  EXPECT_FALSE(IsNodeReady(node));
  EXPECT_FALSE(IsNodeReady(Node()));
  EXPECT_FALSE(Node::kKind.namespaced);
}

TEST(Tolerates, FollowsTheSchedulersRules) {
  const Taint gpu = {.key = "sku", .value = "gpu", .effect = "NoSchedule"};
  EXPECT_TRUE(Tolerates({.key = "sku", .op = "Equal", .value = "gpu"}, gpu));
  EXPECT_TRUE(Tolerates({.key = "sku", .value = "gpu"}, gpu));
  EXPECT_TRUE(Tolerates({.key = "sku", .op = "Exists"}, gpu));
  EXPECT_TRUE(Tolerates({.op = "Exists"}, gpu));
  EXPECT_FALSE(Tolerates({.key = "sku", .value = "cpu"}, gpu));
  EXPECT_FALSE(Tolerates({.key = "other", .op = "Exists"}, gpu));
  EXPECT_FALSE(
      Tolerates({.key = "sku", .op = "Exists", .effect = "NoExecute"}, gpu));
  EXPECT_FALSE(Tolerates({.key = "sku", .op = "In", .value = "gpu"}, gpu));
}

TEST(Secret, GivesBytesAndNeverShowsThem) {
  Secret secret = Decode<Secret>(Workload("Secret")).object;
  const auto token = SecretValue(secret, "token");
  ASSERT_TRUE(token.ok());
  EXPECT_EQ(token->Reveal(), "hunter2");
  EXPECT_THAT(SecretValue(secret, "absent"),
              StatusIs(absl::StatusCode::kNotFound,
                       HasSubstr("Secret default/s, key \"absent\"")));
  EXPECT_THAT(
      SecretValue(secret, "broken"),
      StatusIs(absl::StatusCode::kInvalidArgument, Not(HasSubstr("%%"))));

  SetSecretValue(secret, "new", ::kaito::Secret(absl::string_view("a\0b", 3)));
  EXPECT_EQ(SecretValue(secret, "new")->Reveal(), absl::string_view("a\0b", 3));
  EXPECT_EQ(secret.data["new"].text.Reveal(), "YQBi");

  // What a failed expectation or a log line would show.
  EXPECT_THAT(::testing::PrintToString(secret.data["token"]),
              Not(HasSubstr("aHVu")));
  EXPECT_EQ(absl::StrCat(secret.data["token"].text), "***");
  json::Value wrong = Workload("Secret");
  wrong["data"]["token"] = 12345;
  EXPECT_THAT(Decode<Secret>(wrong).errors.ToString(),
              AllOf(HasSubstr("data.token"), Not(HasSubstr("12345"))));
}

TEST(ReferenceTo, NamesTheObject) {
  const ObjectMeta meta = {
      .name = "p", .ns = "ns", .uid = "u", .resource_version = "3"};
  const ObjectReference reference = ReferenceTo(meta, Pod::kKind.gvk());
  EXPECT_EQ(json::Write(Encode(reference)),
            R"({"apiVersion":"v1","kind":"Pod","name":"p","namespace":"ns",)"
            R"("resourceVersion":"3","uid":"u"})");
}

}  // namespace
}  // namespace kaito::api
