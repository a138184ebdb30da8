#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/schema/openapi.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"

namespace kaito::api {
namespace {

using ::testing::ElementsAre;

struct Leaf {
  std::string name;
  std::optional<bool> flag;
};

const StructType& Describe(const Leaf*) {
  static const auto* type =
      new StructType("A leaf.", {Of("name", &Leaf::name, "Its name.")
                                     .Required()
                                     .MaxLength(63)
                                     .Pattern("^[a-z]+$"),
                                 Of("flag", &Leaf::flag, "A flag.")});
  return *type;
}

struct Tree {
  int64_t count = 1;
  int32_t port = 0;
  double ratio = 0;
  std::vector<Leaf> leaves;
  std::map<std::string, std::string> labels;
  std::optional<Leaf> root;
  json::Value anything;
  json::Object others;
};

const StructType& Describe(const Tree*) {
  static const auto* type = [] {
    auto* t = new StructType(
        "A tree.",
        {Of("count", &Tree::count, "How many.").Default(1).Minimum(1),
         Of("port", &Tree::port, "Where.").Maximum(65535).Always(),
         Of("ratio", &Tree::ratio, ""),
         Of("leaves", &Tree::leaves, "Leaves.").ListMap({"name"}).MaxItems(10),
         Of("labels", &Tree::labels, "Labels."),
         Of("root", &Tree::root, "Root."),
         Of("anything", &Tree::anything, "Whatever.")});
    t->KeepOthers(Others(&Tree::others));
    t->Rule("self.count > 0", "count must be positive");
    return t;
  }();
  return *type;
}

json::Value Json(absl::string_view text) {
  auto value = json::Parse(text);
  EXPECT_TRUE(value.ok()) << value.status();
  return *value;
}

std::vector<std::string> Texts(const FieldErrors& errors) {
  std::vector<std::string> texts;
  for (const FieldError& e : errors.errors()) texts.push_back(e.ToString());
  return texts;
}

TEST(Codec, RoundTripsWhatItKnowsAndWhatItKeeps) {
  const json::Value value = Json(
      R"({"count":3,"port":0,"ratio":0.5,"leaves":[{"name":"a","flag":false}],)"
      R"("labels":{"k":"v"},"root":{"name":"r"},"anything":[1,{"x":null}],)"
      R"("futureField":{"y":1}})");
  const Decoded<Tree> decoded = Decode<Tree>(value);
  EXPECT_TRUE(decoded.errors.empty()) << decoded.errors.ToString();
  EXPECT_TRUE(decoded.unknown.empty());
  EXPECT_EQ(decoded.object.leaves[0].flag, false);
  EXPECT_EQ(Encode(decoded.object), value);
}

TEST(Codec, LeavesOutWhatIsEmptyAndTakesInitialValues) {
  const Decoded<Tree> decoded = Decode<Tree>(Json("{}"));
  EXPECT_EQ(decoded.object.count, 1);
  EXPECT_EQ(json::Write(Encode(decoded.object)), R"({"count":1,"port":0})");
}

TEST(Codec, ReportsAllThatIsWrongWithItsPlace) {
  const Decoded<Tree> decoded = Decode<Tree>(
      Json(R"({"count":"3","port":3000000000,"leaves":[{"nmae":"a"},7],)"
           R"("labels":{"a.b/c":1},"root":{"name":"r","flag":"no"}})"));
  EXPECT_THAT(Texts(decoded.errors),
              ElementsAre("count: expected integer, found string",
                          "labels[a.b/c]: expected string, found integer",
                          "leaves[1]: expected object, found integer",
                          "port: 3000000000 is out of range for int32",
                          "root.flag: expected boolean, found string"));
  EXPECT_THAT(Texts(decoded.unknown),
              ElementsAre("leaves[0].nmae: unknown field; did you mean name?"));
}

TEST(Codec, TakesNullAsAbsent) {
  const Decoded<Tree> decoded =
      Decode<Tree>(Json(R"({"count":null,"leaves":null,"root":null})"));
  EXPECT_TRUE(decoded.errors.empty());
  EXPECT_EQ(decoded.object.count, 1);
  EXPECT_FALSE(decoded.object.root.has_value());
}

TEST(OpenApiSchema, IsStructural) {
  const json::Value plain = OpenApiSchema(TypeFor<Tree>(), {});
  EXPECT_EQ(plain.FindPath({"x-kubernetes-validations"}), nullptr);
  const json::Value schema = OpenApiSchema(TypeFor<Tree>(), {.cel = true});
  const json::Value expected = Json(R"({
    "type":"object","description":"A tree.",
    "x-kubernetes-preserve-unknown-fields":true,
    "x-kubernetes-validations":[
      {"rule":"self.count > 0","message":"count must be positive"}],
    "properties":{
      "count":{"type":"integer","format":"int64","description":"How many.",
               "default":1,"minimum":1},
      "port":{"type":"integer","format":"int32","description":"Where.",
              "maximum":65535},
      "ratio":{"type":"number"},
      "leaves":{"type":"array","description":"Leaves.","maxItems":10,
        "x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
        "items":{"type":"object","description":"A leaf.","required":["name"],
          "properties":{
            "name":{"type":"string","description":"Its name.","maxLength":63,
                    "pattern":"^[a-z]+$"},
            "flag":{"type":"boolean","description":"A flag."}}}},
      "labels":{"type":"object","description":"Labels.",
                "additionalProperties":{"type":"string"}},
      "root":{"type":"object","description":"Root.","required":["name"],
        "properties":{
          "name":{"type":"string","description":"Its name.","maxLength":63,
                  "pattern":"^[a-z]+$"},
          "flag":{"type":"boolean","description":"A flag."}}},
      "anything":{"type":"object","description":"Whatever.",
                  "x-kubernetes-preserve-unknown-fields":true}}})");
  EXPECT_EQ(json::Write(schema, {.indent = 1}),
            json::Write(expected, {.indent = 1}));
}

TEST(FieldErrors, JoinIntoOneLine) {
  FieldErrors errors;
  EXPECT_TRUE(errors.ToStatus("x").ok());
  errors.Required("a.b", "say which");
  errors.NotSupported("c", "dora\n", {"lora", "qlora"});
  EXPECT_EQ(errors.ToStatus("Workspace w").message(),
            "Workspace w: a.b: required: say which; c: unsupported value "
            "\"dora\\n\": use one of lora, qlora");
  EXPECT_EQ(errors.errors()[0].reason(), "FieldValueRequired");
}

}  // namespace
}  // namespace kaito::api
