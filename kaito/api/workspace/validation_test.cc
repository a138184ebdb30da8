#include "kaito/api/workspace/validation.h"

#include <cstdint>
#include <cstdlib>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/fake_preset_catalog.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/yaml/yaml.h"

namespace kaito::api {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

json::Value Json(absl::string_view text) {
  auto value = json::Parse(text);
  EXPECT_TRUE(value.ok()) << value.status();
  return value.ok() ? *value : json::Value();
}

// YAML takes JSON too.
json::Value ReadTestdata(const std::string& name) {
  const auto text =
      ReadFile(absl::StrCat(std::getenv("TEST_SRCDIR"),
                            "/kaito/kaito/api/workspace/testdata/", name),
               int64_t{1} << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  if (!text.ok()) return {};
  const auto document = yaml::Parse(*text);
  EXPECT_TRUE(document.ok()) << name << ": " << document.status();
  return document.ok() ? document->value : json::Value();
}

const FakePresetCatalog& Presets() {
  static const auto* catalog =
      new FakePresetCatalog(std::map<std::string, PresetFacts>{
          {"gpt-oss-20b", {.supports_adapters = false}},
          {"llama-3.1-8b-instruct",
           {.tunable = true, .needs_access_secret = true}},
          {"phi-2", {.deprecated = true}},
          {"phi-3-mini-128k-instruct", {.tunable = true}},
          {"phi-4",
           {.weights_bytes = int64_t{29} << 30, .token_limit = 16384}}});
  return *catalog;
}

constexpr char kTuning[] = R"({
  "apiVersion":"kaito.sh/v1beta1","kind":"Workspace","metadata":{"name":"w"},
  "resource":{"instanceType":"Standard_NC24ads_A100_v4",
    "labelSelector":{"matchLabels":{"app":"x"}}},
  "tuning":{"preset":{"name":"phi-3-mini-128k-instruct"},"method":"qlora",
    "input":{"urls":["https://example.com/a.parquet"]},
    "output":{"image":"r.io/a:1","imagePushSecret":"push"}}})";

constexpr char kInference[] = R"({
  "apiVersion":"kaito.sh/v1beta1","kind":"Workspace","metadata":{"name":"w"},
  "resource":{"instanceType":"Standard_NC24ads_A100_v4",
    "labelSelector":{"matchLabels":{"app":"x"}}},
  "inference":{"preset":{"name":"phi-4"}}})";

// RFC 7396.
void MergePatch(json::Value& value, const json::Value& patch) {
  if (!patch.is_object()) {
    value = patch;
    return;
  }
  if (!value.is_object()) value = json::Object();
  for (const json::Member& member : *patch.object()) {
    if (member.value.is_null()) {
      value.object()->Erase(member.name);
    } else {
      MergePatch(value[member.name], member.value);
    }
  }
}

Workspace EditedBy(absl::string_view base, const json::Value& edit) {
  json::Value value = Json(base);
  MergePatch(value, edit);
  const Decoded<Workspace> decoded = Decode<Workspace>(value);
  EXPECT_TRUE(decoded.errors.empty()) << decoded.errors.ToString();
  EXPECT_TRUE(decoded.unknown.empty()) << decoded.unknown.ToString();
  return decoded.object;
}

Workspace Edited(absl::string_view base, absl::string_view edit) {
  return EditedBy(base, Json(edit));
}

// "path [kind] message"
json::Value Lines(const FieldErrors& errors) {
  json::Array lines;
  for (const FieldError& e : errors.errors()) {
    lines.emplace_back(absl::StrCat(e.path, " [", e.reason(), "] ", e.message));
  }
  return lines;
}

std::vector<std::string> Paths(const FieldErrors& errors) {
  std::vector<std::string> paths;
  for (const FieldError& e : errors.errors()) paths.push_back(e.path);
  return paths;
}

std::vector<std::string> Strings(const json::Value* array) {
  std::vector<std::string> strings;
  if (array == nullptr) return strings;
  for (const json::Value& item : *array->array()) {
    strings.push_back(*item.string());
  }
  return strings;
}

ValidationFacts Facts() { return {.presets = &Presets()}; }

// `json` outlives the facts.
ValidationFacts FactsFrom(const json::Value* json) {
  ValidationFacts facts = Facts();
  if (json == nullptr) return facts;
  facts.node_auto_provisioning = json->Find("nodeAutoProvisioning") == nullptr;
  facts.instance_types = Strings(json->Find("instanceTypes"));
  facts.node_classes = Strings(json->Find("nodeClasses"));
  facts.gates.enable_mig = json->Find("enableMIG") != nullptr;
  facts.gates.enable_accelerator = json->Find("enableAccelerator") != nullptr;
  facts.training_config = json->Find("trainingConfig");
  facts.inference_config = json->Find("inferenceConfig");
  return facts;
}

TEST(ValidateCreate, FindsAllThatIsWrong) {
  const json::Value cases = ReadTestdata("invalid.json");
  ASSERT_GE(cases.array()->size(), 40u);
  for (const json::Value& c : *cases.array()) {
    const absl::string_view base = c.StringAt({"base"});
    const Workspace workspace = EditedBy(base == "tuning"      ? kTuning
                                         : base == "inference" ? kInference
                                                               : "{}",
                                         *c.Find("edit"));
    const FieldErrors errors =
        ValidateCreate(workspace, FactsFrom(c.Find("facts")));
    EXPECT_EQ(json::Write(Lines(errors), {.indent = 1}),
              json::Write(*c.Find("errors"), {.indent = 1}))
        << c.StringAt({"case"});
  }
}

TEST(ValidateCreate, AdmitsTheWalkthroughWithWarnings) {
  const Decoded<Workspace> decoded =
      Decode<Workspace>(ReadTestdata("walkthrough.yaml"));
  EXPECT_TRUE(decoded.errors.empty()) << decoded.errors.ToString();
  EXPECT_TRUE(decoded.unknown.empty()) << decoded.unknown.ToString();
  EXPECT_EQ(ValidateCreate(decoded.object, Facts()).ToString(), "");
  EXPECT_THAT(
      Warnings(decoded.object, Facts()),
      ElementsAre(
          "resource.instanceType: Azure has retired Standard_NC6s_v3 (one V100 "
          "with 16 GB): use Standard_NC8as_T4_v3, Standard_NV36ads_A10_v5 or "
          "Standard_NC24ads_A100_v4",
          "tuning.output.image: "
          "\"ACR_REPO_HERE.azurecr.io/IMAGE_NAME_HERE:0.0.1\" is the "
          "placeholder of the example: write your own registry and name, as in "
          "registry.example.com/team/adapter:1.0. Nothing is started until "
          "then",
          "tuning.output.imagePushSecret: no Secret can be called "
          "\"ACR_REGISTRY_SECRET_HERE\": write the name of yours. Nothing is "
          "started until then"));
}

TEST(ValidateCreate, AdmitsWhatIsRightInEveryWay) {
  const struct {
    const char* base;
    const char* edit;
  } cases[] = {
      {kTuning, "{}"},
      {kInference, "{}"},
      {kTuning, R"({"metadata":{"name":null,"generateName":"set-"}})"},
      {kTuning, R"({"tuning":{"method":"QLoRA","preset":)"
                R"({"name":"Phi-3-Mini-128k-Instruct"}}})"},
      {kTuning, R"({"tuning":{"input":{"urls":null,"image":"r.io/d:1"},)"
                R"("output":{"image":null,"imagePushSecret":null,)"
                R"("volumeSource":{"persistentVolumeClaim":{}}}}})"},
      // Bad output images are told of in warnings and conditions.
      {kTuning, R"({"tuning":{"output":{"image":"R.io/A:1"}}})"},
      {kInference, R"({"inference":{"preset":null,)"
                   R"("template":{"spec":{"containers":[{"x":1}]}}}})"},
      {kInference, R"({"inference":{"adapters":[)"
                   R"({"strength":"0.5","source":{"name":"a.b",)"
                   R"("image":"r.io/a:1"}},{"source":{"name":"c",)"
                   R"("volumeSource":{"hostPath":{"path":"/x"}}}}]}})"},
      {kInference, R"({"inference":{"preset":{"name":"llama-3.1-8b-instruct",)"
                   R"("presetOptions":{"modelAccessSecret":"hf"}}}})"},
      {kInference, R"({"metadata":{"annotations":{)"
                   R"("kaito.sh/use-local-weights":"True"}},)"
                   R"("inference":{"preset":)"
                   R"({"name":"llama-3.1-8b-instruct"}}})"},
      {kInference, R"({"resource":{"count":2,"labelSelector":{)"
                   R"("matchLabels":{"kaito.sh/workspace":"w"}}}})"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(ValidateCreate(Edited(c.base, c.edit), Facts()).ToString(), "")
        << c.edit;
  }
}

TEST(ValidateCreate, TakesAnyPresetWithoutACatalogue) {
  EXPECT_TRUE(ValidateCreate(Edited(kTuning, R"({"tuning":{"preset":)"
                                             R"({"name":"x"}}})"),
                             {})
                  .empty());
}

TEST(ValidateCreate, TakesPrivateAddressesWhereAllowed) {
  const Workspace ws = Edited(
      kTuning, R"({"tuning":{"input":{"urls":["http://127.0.0.1:80/a"]}}})");
  ValidationFacts facts = Facts();
  EXPECT_THAT(Paths(ValidateCreate(ws, facts)),
              ElementsAre("tuning.Input.URLs[0]"));
  facts.allow_private_addresses = true;
  EXPECT_TRUE(ValidateCreate(ws, facts).empty());
}

TEST(ValidateCreate, KnowsTheInstanceTypeThatV1Alpha1FillsIn) {
  const Workspace ws = Edited(kTuning, R"({"apiVersion":"kaito.sh/v1alpha1"})");
  EXPECT_TRUE(ValidateCreate(ws, {.node_auto_provisioning = false}).empty());
  EXPECT_TRUE(
      ValidateCreate(Edited(kTuning, R"({"apiVersion":"kaito.sh/v1alpha1",)"
                                     R"("resource":{"instanceType":null}})"),
                     Facts())
          .empty());
}

TEST(ValidateCreate, SaysTheSameOfWhatWasDefaulted) {
  const json::Value cases = ReadTestdata("invalid.json");
  for (const json::Value& c : *cases.array()) {
    if (c.StringAt({"base"}) != "inference") continue;
    const ValidationFacts facts = FactsFrom(c.Find("facts"));
    Workspace workspace = EditedBy(kInference, *c.Find("edit"));
    const std::vector<std::string> before =
        Paths(ValidateCreate(workspace, facts));
    SetDefaults(workspace);
    EXPECT_EQ(Paths(ValidateCreate(workspace, facts)), before)
        << c.StringAt({"case"});
  }
}

TEST(ValidateUpdate, KeepsWhatMayNotChange) {
  const struct {
    const char* base;
    const char* before;
    const char* after;
    std::vector<std::string> paths;
  } cases[] = {
      {kTuning, "{}", "{}", {}},
      {kTuning,
       "{}",
       R"({"tuning":null,"inference":{"preset":)"
       R"({"name":"phi-4"}}})",
       {"spec.inference", "spec.tuning"}},
      {kInference, "{}", R"({"resource":{"count":2}})", {"resource.count"}},
      {kTuning,
       "{}",
       R"({"resource":{"count":2}})",
       {"resource.count", "resource.count"}},
      {kTuning,
       "{}",
       R"({"resource":{"instanceType":"Standard_ND96"}})",
       {"resource.instanceType"}},
      {kTuning,
       "{}",
       R"({"resource":{"instanceType":null}})",
       {"resource.instanceType", "spec.resource.instanceType"}},
      {kTuning, R"({"resource":{"instanceType":null}})", "{}", {}},
      {kTuning,
       "{}",
       R"({"resource":{"labelSelector":{"matchLabels":)"
       R"({"app":"y"}}}})",
       {"resource.labelSelector"}},
      // The same labels in other words.
      {kTuning,
       "{}",
       R"({"resource":{"labelSelector":{"matchLabels":null,)"
       R"("matchExpressions":[{"key":"app","operator":"In",)"
       R"("values":["x"]}]}}})",
       {}},
      {kTuning, "{}", R"({"resource":{"preferredNodes":["n"]}})", {}},
      {kInference,
       "{}",
       R"({"resource":{"partition":{"mode":"mig",)"
       R"("profile":"7g.80gb"}}})",
       {"resource.partition", "resource.partition", "resource.partition.mode"}},
      {kInference,
       "{}",
       R"({"inference":{"preset":{"presetOptions":)"
       R"({"image":"r.io/a:1"}}}})",
       {"inference.preset"}},
      {kInference,
       "{}",
       R"({"inference":{"template":{"spec":)"
       R"({"containers":[{}]}}}})",
       {"inference.template", "inference"}},
      {kInference,
       R"({"inference":{"preset":null,"template":{"spec":)"
       R"({"containers":[{}]}}}})",
       R"({"inference":{"preset":null,"template":{"spec":)"
       R"({"containers":[{"image":"x"}]}}}})",
       {}},
      {kInference,
       "{}",
       R"({"inference":{"config":"c","adapters":[{"source":)"
       R"({"name":"a","image":"r.io/a:1"}}]}})",
       {}},
      {kInference,
       "{}",
       R"({"inference":{"adapters":[{}]}})",
       {"adapters.source"}},
      {kTuning, "{}", R"({"tuning":{"method":"lora"}})", {"tuning.Method"}},
      {kTuning,
       "{}",
       R"({"tuning":{"preset":)"
       R"({"name":"llama-3.1-8b-instruct"}}})",
       {"tuning.Preset"}},
      {kTuning,
       "{}",
       R"({"tuning":{"input":{"name":"other"}}})",
       {"tuning.Input.Name"}},
      {kTuning,
       "{}",
       R"({"tuning":{"config":"c","input":{"urls":)"
       R"(["https://example.com/b"]},"output":)"
       R"({"image":"r.io/b:2"}}})",
       {}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Paths(ValidateUpdate(Edited(c.base, c.before),
                                   Edited(c.base, c.after), Facts())),
              c.paths)
        << c.after;
  }
}

TEST(ValidateUpdate, LeavesInstanceTypesOfOwnNodesToBeRemoved) {
  const ValidationFacts facts = {.presets = &Presets(),
                                 .node_auto_provisioning = false};
  const Workspace with = Edited(kTuning, "{}");
  const Workspace without =
      Edited(kTuning, R"({"resource":{"instanceType":null}})");
  EXPECT_THAT(ValidateUpdate(with, without, facts).errors(), IsEmpty());
  EXPECT_THAT(
      Paths(ValidateUpdate(without, with, facts)),
      ElementsAre("resource.instanceType", "spec.resource.instanceType"));
  // What v1alpha1's schema fills in, nobody asked for.
  const Workspace alpha =
      Edited(kTuning, R"({"apiVersion":"kaito.sh/v1alpha1"})");
  EXPECT_THAT(ValidateUpdate(without, alpha, facts).errors(), IsEmpty());
}

// A Workspace that breaks every rule was stored before there were rules.
TEST(ValidateUpdate, NeverRefusesStatusMetadataOrDeletion) {
  const json::Value cases = ReadTestdata("invalid.json");
  for (const json::Value& c : *cases.array()) {
    const absl::string_view base = c.StringAt({"base"});
    const Workspace before = EditedBy(base == "tuning"      ? kTuning
                                      : base == "inference" ? kInference
                                                            : "{}",
                                      *c.Find("edit"));
    const ValidationFacts facts = FactsFrom(c.Find("facts"));
    Workspace after = before;
    after.status.state = "Failed";
    EXPECT_EQ(ValidateUpdate(before, after, facts).ToString(), "");
    after.metadata.finalizers = {std::string(finalizer::kWorkspace)};
    after.metadata.labels["team"] = "x";
    after.metadata.annotations["example.com/note"] = "anything at all";
    after.metadata.annotations[std::string(annotation::kHash)] = "00";
    EXPECT_EQ(ValidateUpdate(before, after, facts).ToString(), "")
        << c.StringAt({"case"});
    after.resource.count = 99;
    after.metadata.deletion_timestamp = Timestamp{absl::UnixEpoch()};
    EXPECT_EQ(ValidateUpdate(before, after, facts).ToString(), "");
  }
}

TEST(ValidateUpdate, RefusesOnlyWhatTheChangeMadeWrong) {
  // Both URLs are wrong now, one of them was before.
  const Workspace before =
      Edited(kTuning, R"({"tuning":{"preset":{"name":"gone"},"input":)"
                      R"({"urls":["ftp://a.com/x","https://a.com/y"]}}})");
  const Workspace after = Edited(
      kTuning, R"({"tuning":{"preset":{"name":"gone"},"config":"c","input":)"
               R"({"urls":["ftp://a.com/x","https://10.0.0.1/y"]}}})");
  EXPECT_THAT(Paths(ValidateUpdate(before, after, Facts())),
              ElementsAre("tuning.Input.URLs[1]"));
}

TEST(ValidateUpdate, ChecksOurAnnotationsWhereTheyChange) {
  const Workspace before =
      Edited(kTuning, R"({"metadata":{"annotations":{)"
                      R"("kaito.sh/node-image-family":"debian"}}})");
  Workspace after = before;
  after.metadata.annotations["kaito.sh/performance-mode"] = "balanced";
  EXPECT_EQ(ValidateUpdate(before, after, Facts()).ToString(), "");
  after.metadata.annotations["kaito.sh/performance-mode"] = "fast";
  EXPECT_THAT(
      Paths(ValidateUpdate(before, after, Facts())),
      ElementsAre("spec.metadata.annotations[\"kaito.sh/performance-mode\"]"));
  ValidationFacts facts = Facts();
  facts.gates.model_streaming = true;
  after = before;
  after.metadata.annotations["kaito.sh/model-streaming"] = "disabled";
  EXPECT_EQ(ValidateUpdate(before, after, Facts()).ToString(), "");
  EXPECT_THAT(
      Paths(ValidateUpdate(before, after, facts)),
      ElementsAre("spec.metadata.annotations[\"kaito.sh/model-streaming\"]"));
}

TEST(Warnings, TellOfWhatIsAdmittedAndWillNotDo) {
  const struct {
    const char* edit;
    std::vector<std::string> warnings;
  } cases[] = {
      {"{}", {}},
      {R"({"resource":{"labelSelector":{"matchLabels":null}}})",
       {"resource.labelSelector: it is empty and selects every node: add "
        "matchLabels"}},
      {R"({"metadata":{"name":"1a","annotations":{"kaito.sh/enablelb":"yes",)"
       R"("kaito.sh/runtime":"tgi","kaito.sh/serve-after-tuning":"False"}}})",
       {"metadata.name: the Service gets the name \"1a\", and older API "
        "servers refuse one that starts with a digit",
        "metadata.annotations[kaito.sh/enablelb]: \"yes\" is none of true, "
        "false: taken as false",
        "metadata.annotations[kaito.sh/runtime]: \"tgi\" is none of "
        "transformers, vllm: taken as absent"}},
      {R"({"tuning":{"preset":{"name":"llama-3.1-8b-instruct"}}})",
       {"tuning.preset.presetOptions.modelAccessSecret: without a Secret with "
        "a Hugging Face token (key HF_TOKEN) the weights must lie on the node "
        "or in a model image"}},
      {R"({"tuning":{"output":{"image":"r.io/Adapter:1"}}})",
       {"tuning.output.image: \"r.io/Adapter:1\" is no image reference: the "
        "repository \"Adapter\" has upper-case letters, and registries know "
        "lower case only. Nothing is started until then"}},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(Warnings(Edited(kTuning, c.edit), Facts()), c.warnings) << c.edit;
  }
  Workspace longest = Edited(kTuning, "{}");
  longest.metadata.name = std::string(54, 'a');
  EXPECT_THAT(Warnings(longest, Facts()), IsEmpty());
  longest.metadata.name += "a";
  EXPECT_EQ(Warnings(longest, Facts()).size(), 1u);
}

}  // namespace
}  // namespace kaito::api
