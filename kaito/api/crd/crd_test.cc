#include "kaito/api/crd/crd.h"

#include <string>

#include "gtest/gtest.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"

namespace kaito::api {
namespace {

struct Widget {
  std::string api_version;
  ObjectMeta metadata;
  std::string size;
};

const StructType& Describe(const Widget*) {
  static const auto* type = new StructType(
      "A widget.",
      {Of("apiVersion", &Widget::api_version, "Version."),
       Of("metadata", &Widget::metadata, "Standard."),
       Of("size", &Widget::size, "Size.").Rule("self == oldSelf", "fixed")});
  return *type;
}

TEST(CustomResourceDefinition, BecomesTheObjectThatIsApplied) {
  const CustomResourceDefinition crd = {
      .group = "example.com",
      .kind = "Widget",
      .plural = "widgets",
      .short_names = {"wd"},
      .categories = {"all"},
      .annotations = {{"a", "b"}},
      .scope = CustomResourceDefinition::Scope::kCluster,
      .versions = {{.name = "v1",
                    .storage = true,
                    .schema = RootSchema(TypeFor<Widget>(), {.cel = true}),
                    .columns = {ConditionColumn("Ready", "", 0),
                                {.name = "Size",
                                 .type = "string",
                                 .json_path = ".size",
                                 .description = "How big.",
                                 .priority = 1}}},
                   {.name = "v0",
                    .served = false,
                    .schema = json::Object{{"type", "object"}},
                    .status_subresource = false}}};
  const auto expected = json::Parse(R"({
    "apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
    "metadata":{"name":"widgets.example.com","annotations":{"a":"b"}},
    "spec":{
      "group":"example.com","scope":"Cluster",
      "names":{"kind":"Widget","listKind":"WidgetList","plural":"widgets",
               "singular":"widget","shortNames":["wd"],"categories":["all"]},
      "versions":[
        {"name":"v1","served":true,"storage":true,
         "subresources":{"status":{}},
         "additionalPrinterColumns":[
           {"name":"Ready","type":"string",
            "jsonPath":".status.conditions[?(@.type==\"Ready\")].status"},
           {"name":"Size","type":"string","jsonPath":".size",
            "description":"How big.","priority":1}],
         "schema":{"openAPIV3Schema":{
           "type":"object","description":"A widget.",
           "properties":{
             "apiVersion":{"type":"string","description":"Version."},
             "metadata":{"type":"object"},
             "size":{"type":"string","description":"Size.",
               "x-kubernetes-validations":[
                 {"rule":"self == oldSelf","message":"fixed"}]}}}}},
        {"name":"v0","served":false,"storage":false,
         "schema":{"openAPIV3Schema":{"type":"object"}}}]}})");
  ASSERT_TRUE(expected.ok()) << expected.status();
  EXPECT_EQ(json::Write(ToJson(crd), {.indent = 1}),
            json::Write(*expected, {.indent = 1}));
}

TEST(RootSchema, HasRulesOnlyWhereAskedFor) {
  const json::Value plain = RootSchema(TypeFor<Widget>(), {});
  EXPECT_EQ(plain.FindPath({"properties", "size", "x-kubernetes-validations"}),
            nullptr);
}

}  // namespace
}  // namespace kaito::api
