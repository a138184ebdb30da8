#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/machine/crd.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/crd.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/standalone/apiserver/schema/builtin_types.h"
#include "kaito/standalone/apiserver/schema/notation.h"
#include "kaito/standalone/apiserver/schema/openapi_reader.h"
#include "kaito/standalone/apiserver/schema/schema.h"
#include "kaito/standalone/apiserver/schema/validate.h"

namespace kaito::apiserver {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

json::Value Json(absl::string_view text) {
  absl::StatusOr<json::Value> value = json::Parse(text);
  EXPECT_TRUE(value.ok()) << value.status();
  return value.ok() ? *value : json::Value();
}

const Schema& Builtin(const char* name) {
  return *BuiltinTypes()->by_name.at(name);
}

std::vector<std::string> Paths(const api::FieldErrors& errors) {
  std::vector<std::string> paths;
  for (const api::FieldError& error : errors.errors()) {
    paths.push_back(absl::StrCat(error.reason(), " ", error.path));
  }
  return paths;
}

TEST(Notation, NamesTheLineOfAMistake) {
  EXPECT_THAT(ParseNotation("type A a.A\n  x [B]\n"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("B")));
  EXPECT_THAT(
      ParseNotation("type A a.A\n  x string odd\n"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("line 2")));
}

TEST(Notation, ReadsKeysOfListsAndOfStrategicMerges) {
  const SchemaProperty* ports = Builtin("Container").Find("ports");
  ASSERT_NE(ports, nullptr);
  EXPECT_EQ(ports->schema->list_type, Schema::ListType::kMap);
  EXPECT_THAT(ports->schema->list_keys,
              ElementsAre("containerPort", "protocol"));
  EXPECT_TRUE(ports->merge);
  EXPECT_EQ(ports->merge_key, "containerPort");
}

TEST(Defaults, AreThoseOfAPod) {
  json::Value pod = Json(R"({"spec":{"containers":[{"name":"a",
      "ports":[{"containerPort":80}],"livenessProbe":{}}]}})");
  ApplyDefaults(Builtin("Pod"), pod);
  EXPECT_EQ(pod.StringAt({"spec", "restartPolicy"}), "Always");
  EXPECT_EQ(*pod.FindPath({"spec", "terminationGracePeriodSeconds"}),
            json::Value(30));
  const json::Value& container =
      (*pod.FindPath({"spec", "containers"})->array())[0];
  EXPECT_EQ(json::Write(*container.Find("ports")),
            R"([{"containerPort":80,"protocol":"TCP"}])");
  EXPECT_EQ(*container.FindPath({"livenessProbe", "failureThreshold"}),
            json::Value(3));
  const json::Value once = pod;
  ApplyDefaults(Builtin("Pod"), pod);
  EXPECT_EQ(pod, once);
}

TEST(Prune, DropsWhatTheKindLacksAndNamesIt) {
  json::Value pod = Json(
      R"({"spec":{"containers":[{"name":"a","imag":"x"}],"nope":{"a":1}},
          "metadata":{"creationTimestamp":null,"labels":{"any":"x"}}})");
  std::vector<std::string> unknown;
  Prune(Builtin("Pod"), pod, unknown);
  EXPECT_THAT(unknown, ElementsAre("spec.containers[0].imag", "spec.nope"));
  EXPECT_EQ(json::Write(pod), R"({"metadata":{"labels":{"any":"x"}},)"
                              R"("spec":{"containers":[{"name":"a"}]}})");
}

TEST(Validate, FindsEverythingAtOnce) {
  const json::Value job = Json(
      R"({"spec":{"backoffLimit":"6","template":{"spec":{"containers":[
          {"image":"x"},{"name":"b","ports":[{"containerPort":5000000000}]},
          {"name":"b"}]}}},"metadata":{"creationTimestamp":"yesterday"}})");
  EXPECT_THAT(
      Paths(Validate(Builtin("Job"), job)),
      ElementsAre("FieldValueInvalid metadata.creationTimestamp",
                  "FieldValueTypeInvalid spec.backoffLimit",
                  "FieldValueRequired spec.template.spec.containers[0].name",
                  "FieldValueInvalid "
                  "spec.template.spec.containers[1].ports[0].containerPort",
                  "FieldValueDuplicate spec.template.spec.containers[2]"));
}

TEST(OpenApi, ReadsTheProjectsOwnKinds) {
  for (const json::Value& crd :
       {api::WorkspaceCrd({}), api::MachineCrd({}), api::NodeClaimCrd({})}) {
    for (const json::Value& version :
         *crd.FindPath({"spec", "versions"})->array()) {
      KAITO_EXPECT_OK(
          ReadOpenApi(*version.FindPath({"schema", "openAPIV3Schema"}))
              .status());
    }
  }
}

TEST(OpenApi, AWorkspaceIsPrunedDefaultedAndChecked) {
  const json::Value crd = api::WorkspaceCrd({});
  KAITO_ASSERT_OK_AND_ASSIGN(
      const SchemaPtr schema,
      ReadOpenApi(*(*crd.FindPath({"spec", "versions"})->array())[0].FindPath(
          {"schema", "openAPIV3Schema"})));
  json::Value workspace = Json(
      R"({"apiVersion":"kaito.sh/v1alpha1","kind":"Workspace",
          "metadata":{"name":"a"},"resource":{"labelSelector":{},"odd":1},
          "inference":{"adapters":[{"strength":1}]}})");
  std::vector<std::string> unknown;
  Prune(*schema, workspace, unknown);
  EXPECT_THAT(unknown, ElementsAre("resource.odd"));
  ApplyDefaults(*schema, workspace);
  EXPECT_EQ(*workspace.FindPath({"resource", "count"}), json::Value(1));
  EXPECT_THAT(Paths(Validate(*schema, workspace)),
              ElementsAre("FieldValueTypeInvalid "
                          "inference.adapters[0].strength"));
}

TEST(OpenApi, RefusesWhatIsNotStructural) {
  EXPECT_THAT(ReadOpenApi(Json(R"({"type":"object","properties":
      {"a":{"type":"array"}}})")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("properties.a.items")));
  EXPECT_THAT(ReadOpenApi(Json(R"({"type":"object","properties":
      {"a":{"type":"string","pattern":"("}}})")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("properties.a.pattern")));
}

}  // namespace
}  // namespace kaito::apiserver
