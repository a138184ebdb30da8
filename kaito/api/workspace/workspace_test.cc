#include "kaito/api/workspace/workspace.h"

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/crd/crd.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/crd.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/names.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"

namespace kaito::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

json::Value Json(absl::string_view text) {
  auto value = json::Parse(text);
  EXPECT_TRUE(value.ok()) << value.status();
  return *value;
}

std::string Pretty(const json::Value& value) {
  return json::Write(value, {.indent = 1});
}

// All fields of both kinds of Workspace, with fields of later servers where
// Kubernetes' own types are held.
constexpr char kEveryField[] = R"({
  "apiVersion":"kaito.sh/v1alpha1","kind":"Workspace",
  "metadata":{"name":"w","namespace":"n","managedFields":[{"manager":"x"}]},
  "resource":{"count":2,"instanceType":"Standard_NC24ads_A100_v4",
    "labelSelector":{"matchLabels":{"app":"x"}},"preferredNodes":["n1"],
    "partition":{"mode":"accelerator","count":1}},
  "inference":{
    "preset":{"name":"phi-4","accessMode":"private","presetOptions":{
      "image":"r.io/a:1","imagePullSecrets":["s"],"modelAccessSecret":"t"}},
    "template":{"spec":{"containers":[{"name":"c","futureField":{"x":null}}]}},
    "config":"c",
    "adapters":[{"strength":"0.5","source":{"name":"a","image":"r.io/b:1",
      "imagePullSecrets":["s"]}},{"source":{"name":"b","volumeSource":{}}}]},
  "tuning":{
    "preset":{"name":"phi-4","accessMode":"public"},"method":"qlora",
    "config":"c",
    "input":{"name":"d","urls":["https://example.com/a.parquet"],
      "volumeSource":{"futureVolume":{"y":[1]}}},
    "output":{"image":"r.io/c:1","imagePushSecret":"p",
      "volumeSource":{"persistentVolumeClaim":{"claimName":"z"}}}},
  "status":{"workerNodes":["n1"],"targetNodeCount":2,"state":"Running",
    "conditions":[{"type":"ResourceReady","status":"True","reason":"R",
      "message":"m","observedGeneration":1,
      "lastTransitionTime":"2026-11-24T13:02:05Z"}],
    "progress":{"step":3,"totalSteps":450,"epoch":0.5,"loss":1.25,
      "tokensPerSecond":6000.5,"etaSeconds":70,
      "updatedAt":"2026-11-24T13:02:05Z"},
    "output":{"image":"r.io/c:1","digest":"sha256:00"},
    "performance":{"metrics":{"ttft":{"description":"d","value":"0.1",
      "unit":"s","config":{"concurrency":"8"}}}}}})";

TEST(Workspace, RoundTripsEveryFieldAndWhatBelongsToKubernetes) {
  const json::Value value = Json(kEveryField);
  const Decoded<Workspace> decoded = Decode<Workspace>(value);
  EXPECT_TRUE(decoded.errors.empty()) << decoded.errors.ToString();
  EXPECT_TRUE(decoded.unknown.empty()) << decoded.unknown.ToString();
  EXPECT_EQ(Pretty(Encode(decoded.object)), Pretty(value));
}

TEST(Workspace, ReportsUnknownFieldsWithWhatWasMeant) {
  const Decoded<Workspace> decoded = Decode<Workspace>(
      Json(R"({"spec":{"x":1},"resource":{"instance_type":"a"},)"
           R"("tunning":{},"tuning":{"input":{"url":"http://x"}}})"));
  std::vector<std::string> texts;
  for (const FieldError& e : decoded.unknown.errors()) {
    texts.push_back(e.ToString());
  }
  EXPECT_THAT(
      texts,
      ElementsAre(
          "resource.instance_type: unknown field; did you mean instanceType?",
          "spec: unknown field",
          "tuning.input.url: unknown field; did you "
          "mean urls?",
          "tunning: unknown field; did you mean tuning?"));
}

TEST(Workspace, FindsItsPreset) {
  Workspace ws;
  EXPECT_EQ(ws.preset(), nullptr);
  ws.tuning.emplace();
  EXPECT_EQ(ws.preset(), nullptr);
  ws.tuning->preset = PresetSpec{.name = "phi-4"};
  ASSERT_NE(ws.preset(), nullptr);
  EXPECT_EQ(ws.preset()->name, "phi-4");
}

TEST(Workspace, IsTheSameWhereOnlyMetadataOrStatusDiffer) {
  const Workspace a = Decode<Workspace>(Json(kEveryField)).object;
  Workspace b = a;
  b.metadata.labels["x"] = "y";
  b.status.state = "Ready";
  EXPECT_TRUE(a.SameSpec(b));
  b.inference->pod_template->Find("spec")->Find("containers")->Append("x");
  EXPECT_FALSE(a.SameSpec(b));
}

// What an API server does with a schema's defaults.
void ApplyDefaults(const json::Value& schema, json::Value& value) {
  if (json::Array* items = value.array()) {
    const json::Value* item_schema = schema.Find("items");
    if (item_schema == nullptr) return;
    for (json::Value& item : *items) ApplyDefaults(*item_schema, item);
  }
  const json::Value* properties = schema.Find("properties");
  if (!value.is_object() || properties == nullptr) return;
  for (const json::Member& property : *properties->object()) {
    const json::Value* by_default = property.value.Find("default");
    if (by_default != nullptr && value.Find(property.name) == nullptr) {
      value[property.name] = *by_default;
    }
    if (json::Value* member = value.Find(property.name)) {
      ApplyDefaults(property.value, *member);
    }
  }
}

json::Value Crd(bool cel) { return WorkspaceCrd({.cel = cel}); }

const json::Value& Version(const json::Value& crd, size_t i) {
  return (*crd.FindPath({"spec", "versions"})->array())[i];
}

const json::Value& SchemaOf(const json::Value& version) {
  return *version.FindPath({"schema", "openAPIV3Schema"});
}

TEST(WorkspaceCrd, DefaultsAreWhatOurTypesAndSetDefaultsGive) {
  const json::Value crd = Crd(false);
  for (size_t i = 0; i < 2; ++i) {
    const json::Value& version = Version(crd, i);
    json::Value value =
        Json(R"({"kind":"Workspace","metadata":{},"status":{},)"
             R"("resource":{"labelSelector":{}},)"
             R"("inference":{"preset":{"name":"p"}},)"
             R"("tuning":{"preset":{"name":"p"},"method":"lora"}})");
    value["apiVersion"] = absl::StrCat("kaito.sh/", version.StringAt({"name"}));
    Workspace ours = Decode<Workspace>(value).object;
    SetDefaults(ours);
    ApplyDefaults(SchemaOf(version), value);
    EXPECT_EQ(Pretty(Encode(ours)), Pretty(value));
  }
}

TEST(SetDefaults, SpellsNamesInOneWayAndChangesNothingTwice) {
  Workspace ws = Decode<Workspace>(
                     Json(R"({"inference":{"preset":{"name":"Phi-4",)"
                          R"("accessMode":""},"adapters":[{},{"strength":"0.2")"
                          R"(}]},"tuning":{"method":"QLoRA","preset":{"name":)"
                          R"("Mistral-7B"}}})"))
                     .object;
  SetDefaults(ws);
  EXPECT_EQ(ws.inference->preset->name, "phi-4");
  EXPECT_EQ(ws.inference->preset->access_mode, "public");
  EXPECT_EQ(ws.inference->adapters[0].strength, "1.0");
  EXPECT_EQ(ws.inference->adapters[1].strength, "0.2");
  EXPECT_EQ(ws.tuning->method, "qlora");
  EXPECT_EQ(ws.tuning->preset->name, "mistral-7b");
  EXPECT_EQ(ws.resource.instance_type, "");  // v1beta1 has no default.
  const json::Value once = Encode(ws);
  SetDefaults(ws);
  EXPECT_EQ(Encode(ws), once);
}

TEST(WorkspaceCrd, NamesTheKindAndStoresV1Beta1) {
  const json::Value crd = Crd(false);
  EXPECT_EQ(crd.StringAt({"metadata", "name"}), "workspaces.kaito.sh");
  EXPECT_EQ(crd.StringAt({"spec", "scope"}), "Namespaced");
  EXPECT_EQ(Version(crd, 0).StringAt({"name"}), "v1alpha1");
  EXPECT_EQ(Version(crd, 0).Find("storage")->boolean(), false);
  EXPECT_EQ(Version(crd, 1).StringAt({"name"}), "v1beta1");
  EXPECT_EQ(Version(crd, 1).Find("storage")->boolean(), true);
  EXPECT_EQ(SchemaOf(Version(crd, 1)).Find("required"), nullptr);
}

TEST(WorkspaceCrd, PrintsTheColumnsThatUsersKnow) {
  const json::Value crd = Crd(false);
  std::vector<std::string> always, wide;
  for (const json::Value& column :
       *Version(crd, 0).Find("additionalPrinterColumns")->array()) {
    const bool is_wide = column.Find("priority") != nullptr;
    (is_wide ? wide : always).emplace_back(column.StringAt({"name"}));
  }
  EXPECT_THAT(always, ElementsAre("Instance", "ResourceReady", "InferenceReady",
                                  "WorkspaceReady", "Age"));
  EXPECT_THAT(wide, ElementsAre("JobStarted", "WorkspaceSucceeded", "State",
                                "Step", "Loss", "ETA"));
}

void ForEachSchema(
    const json::Value& schema, const std::string& path,
    const std::function<void(const json::Value&, std::string)>& visit) {
  visit(schema, path);
  for (absl::string_view inner : {"items", "additionalProperties"}) {
    if (const json::Value* s = schema.Find(inner)) {
      ForEachSchema(*s, path + "[]", visit);
    }
  }
  if (const json::Value* properties = schema.Find("properties")) {
    for (const json::Member& p : *properties->object()) {
      ForEachSchema(p.value, absl::StrCat(path, ".", p.name), visit);
    }
  }
}

// Servers refuse a rule whose cost they can't bound.
TEST(WorkspaceCrd, BoundsWhateverARuleComparesWhole) {
  std::vector<std::string> compared, unbounded;
  const json::Value crd = Crd(true);
  ForEachSchema(
      SchemaOf(Version(crd, 1)), "",
      [&](const json::Value& schema, const std::string& path) {
        const json::Value* rules = schema.Find("x-kubernetes-validations");
        if (rules == nullptr ||
            !absl::StrContains(json::Write(*rules), "self == oldSelf")) {
          return;
        }
        compared.push_back(path);
        ForEachSchema(schema, path,
                      [&](const json::Value& s, const std::string& p) {
                        const absl::string_view type = s.StringAt({"type"});
                        const bool bounded =
                            type == "string" ? s.Find("maxLength") != nullptr ||
                                                   s.Find("enum") != nullptr
                            : type == "array" ? s.Find("maxItems") != nullptr
                            : s.Find("additionalProperties") != nullptr
                                ? s.Find("maxProperties") != nullptr
                                : true;
                        if (!bounded) unbounded.push_back(p);
                      });
      });
  EXPECT_THAT(
      compared,
      ElementsAre(".inference.preset", ".resource.count",
                  ".resource.instanceType", ".resource.labelSelector",
                  ".resource.partition", ".tuning.method", ".tuning.preset"));
  EXPECT_THAT(unbounded, IsEmpty());
}

TEST(WorkspaceCrd, HasNoRulesForOlderServers) {
  EXPECT_FALSE(
      absl::StrContains(json::Write(Crd(false)), "x-kubernetes-validations"));
}

// Defaults need fields that are known: a server refuses the CRD otherwise.
TEST(WorkspaceCrd, KeysOfListMapsAreRequired) {
  const json::Value crd = Crd(false);
  ForEachSchema(
      SchemaOf(Version(crd, 0)), "",
      [&](const json::Value& schema, const std::string& path) {
        const json::Value* keys = schema.Find("x-kubernetes-list-map-keys");
        if (keys == nullptr) return;
        const json::Value* required = schema.FindPath({"items", "required"});
        ASSERT_NE(required, nullptr) << path;
        for (const json::Value& key : *keys->array()) {
          EXPECT_THAT(*required->array(), ::testing::Contains(key)) << path;
        }
      });
}

}  // namespace
}  // namespace kaito::api
