// Selectors, patches, paths and cells.
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/standalone/apiserver/object/cell.h"
#include "kaito/standalone/apiserver/object/json_patch.h"
#include "kaito/standalone/apiserver/object/json_path.h"
#include "kaito/standalone/apiserver/object/selector.h"
#include "kaito/standalone/apiserver/object/strategic_merge.h"
#include "kaito/standalone/apiserver/schema/builtin_types.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::_;
using ::testing::HasSubstr;

json::Value Json(absl::string_view text) {
  absl::StatusOr<json::Value> value = json::Parse(text);
  EXPECT_TRUE(value.ok()) << value.status() << " in " << text;
  return value.ok() ? *value : json::Value();
}

bool LabelsMatch(absl::string_view selector, absl::string_view labels) {
  absl::StatusOr<LabelQuery> query = LabelQuery::Parse(selector);
  EXPECT_TRUE(query.ok()) << query.status();
  json::Value object = json::Object{};
  object["metadata"]["labels"] = Json(labels);
  if (!query.ok()) return false;
  const absl::StatusOr<bool> by_text = query->MatchesText(json::Write(object));
  EXPECT_TRUE(by_text.ok()) << by_text.status();
  EXPECT_EQ(by_text.value_or(false), query->Matches(object)) << selector;
  return query->Matches(object);
}

TEST(LabelQuery, UnderstandsAllOperators) {
  const char* labels = R"({"app":"web","tier":"a","n":"5","x.y/z":""})";
  for (const char* yes :
       {"", "app=web", "app==web", "app", "!gone", "app!=db", "gone!=x",
        "app in (db, web)", "tier notin (b,c)", "gone notin (b)", "n>4", "n<6",
        "x.y/z", "x.y/z=", " app = web , tier ", "app=web,!gone,n>1"}) {
    EXPECT_TRUE(LabelsMatch(yes, labels)) << yes;
  }
  for (const char* no :
       {"app=db", "gone", "!app", "app!=web", "app in (db)", "gone in (x)",
        "app notin (web)", "n>5", "n<5", "app>1", "app=web,gone"}) {
    EXPECT_FALSE(LabelsMatch(no, labels)) << no;
  }
}

TEST(LabelQuery, ReadsTheLabelsOfATextAndNoOthers) {
  KAITO_ASSERT_OK_AND_ASSIGN(const LabelQuery query, LabelQuery::Parse("a=b"));
  const auto matches = [&](absl::string_view text) {
    return query.MatchesText(text).value_or(false);
  };
  EXPECT_TRUE(matches(R"({"metadata":{"labels":{"c":"d","a":"\u0062"}}})"));
  EXPECT_FALSE(matches(
      R"({"labels":{"a":"b"},"spec":{"metadata":{"labels":{"a":"b"}}},
          "metadata":{"annotations":{"a":"b"},"labels":{"a":"c"}}})"));
  for (const char* odd :
       {"[]", "{}", R"({"metadata":[]})", R"({"metadata":{"labels":null}})",
        R"({"metadata":{"labels":{"a":1}}})"}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const bool match, query.MatchesText(odd));
    EXPECT_FALSE(match) << odd;
  }
  EXPECT_THAT(query.MatchesText("{").status(),
              StatusIs(absl::StatusCode::kInvalidArgument, _));
}

TEST(LabelQuery, RefusesWhatIsNone) {
  for (const char* bad : {"=x", "a=b c", "a in b", "a in (b", "a,,b", "a=b,",
                          "a in", "!", "a>x", "a==b==c", "-a", "a/b/c"}) {
    EXPECT_THAT(LabelQuery::Parse(bad).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, _))
        << bad;
  }
}

TEST(FieldQuery, ComparesScalarsAsText) {
  const json::Value pod = Json(
      R"({"metadata":{"name":"a"},"spec":{"nodeName":"n","unschedulable":true},
          "status":{}})");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const FieldQuery query,
      FieldQuery::Parse(
          "spec.nodeName=n,status.phase!=Failed,"
          "spec.unschedulable==true",
          {"spec.nodeName", "status.phase", "spec.unschedulable"}));
  EXPECT_TRUE(query.Matches(pod));
  KAITO_ASSERT_OK_AND_ASSIGN(const FieldQuery name,
                             FieldQuery::Parse("metadata.name=b", {}));
  EXPECT_FALSE(name.Matches(pod));
  EXPECT_EQ(name.Name(), "b");
  EXPECT_THAT(
      FieldQuery::Parse("spec.hostname=x", {"spec.nodeName"}).status(),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("spec.hostname")));
}

std::string Patched(absl::string_view object, absl::string_view patch) {
  json::Value value = Json(object);
  const absl::Status status = ApplyJsonPatch(Json(patch), value);
  return status.ok() ? json::Write(value) : std::string(status.message());
}

// The examples of RFC 6902, appendix A, and its edges.
TEST(JsonPatch, DoesWhatTheRfcShows) {
  EXPECT_EQ(Patched(R"({"foo":"bar"})",
                    R"([{"op":"add","path":"/baz","value":"qux"}])"),
            R"({"baz":"qux","foo":"bar"})");
  EXPECT_EQ(Patched(R"({"foo":["bar","baz"]})",
                    R"([{"op":"add","path":"/foo/1","value":"qux"}])"),
            R"({"foo":["bar","qux","baz"]})");
  EXPECT_EQ(Patched(R"({"foo":["bar","qux","baz"]})",
                    R"([{"op":"remove","path":"/foo/1"}])"),
            R"({"foo":["bar","baz"]})");
  EXPECT_EQ(Patched(R"({"a":{"b":1},"c":{}})",
                    R"([{"op":"move","from":"/a/b","path":"/c/d"}])"),
            R"({"a":{},"c":{"d":1}})");
  EXPECT_EQ(Patched(R"({"foo":[1]})",
                    R"([{"op":"add","path":"/foo/-","value":[2]}])"),
            R"({"foo":[1,[2]]})");
  EXPECT_EQ(Patched(R"({"/":9,"~1":10})",
                    R"([{"op":"test","path":"/~01","value":10},
                        {"op":"replace","path":"/~1","value":8}])"),
            R"({"/":8,"~1":10})");
  EXPECT_EQ(Patched(R"({"a":1})", R"([{"op":"copy","from":"/a","path":""}])"),
            "1");
}

TEST(JsonPatch, SaysWhichOperationFailedAndHow) {
  json::Value value = Json(R"({"a":[1]})");
  EXPECT_THAT(ApplyJsonPatch(Json(R"([{"op":"test","path":"/a/0","value":1},
                                     {"op":"test","path":"/a","value":2}])"),
                             value),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("operation 1")));
  for (const char* missing : {R"([{"op":"remove","path":"/b"}])",
                              R"([{"op":"replace","path":"/a/1","value":1}])",
                              R"([{"op":"add","path":"/a/2","value":1}])",
                              R"([{"op":"add","path":"/a/01","value":1}])",
                              R"([{"op":"add","path":"/x/y","value":1}])"}) {
    EXPECT_THAT(ApplyJsonPatch(Json(missing), value),
                StatusIs(absl::StatusCode::kFailedPrecondition, _))
        << missing;
  }
  for (const char* bad :
       {R"({})", R"([{"op":"add","path":"/b"}])", R"([{"op":"x","path":"",
          "value":1}])",
        R"([{"path":"a","op":"remove"}])", R"([3])"}) {
    EXPECT_THAT(ApplyJsonPatch(Json(bad), value),
                StatusIs(absl::StatusCode::kInvalidArgument, _))
        << bad;
  }
}

TEST(JsonPatch, CopiesThatDoubleTheObjectEndEarly) {
  json::Value value = json::Object{{"a", std::string(1000, 'x')}};
  json::Array patch;
  for (int i = 0; i < 64; ++i) {
    patch.push_back(json::Object{
        {"op", "copy"}, {"from", ""}, {"path", absl::StrCat("/c", i)}});
  }
  EXPECT_THAT(
      ApplyJsonPatch(json::Value(std::move(patch)), value),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("more than")));
}

TEST(JsonPatch, MakesNothingThatIsTooDeepToBeRead) {
  // Each pair of operations wraps what is at /a once more.
  json::Value value = Json(R"({"a":1,"b":{}})");
  json::Array patch;
  for (int i = 0; i < 5000; ++i) {
    patch.push_back(
        json::Object{{"op", "move"}, {"from", "/a"}, {"path", "/b/x"}});
    patch.push_back(
        json::Object{{"op", "move"}, {"from", "/b"}, {"path", "/a"}});
    patch.push_back(
        json::Object{{"op", "add"}, {"path", "/b"}, {"value", json::Object{}}});
    if (patch.size() > 9990) break;
  }
  EXPECT_THAT(ApplyJsonPatch(json::Value(std::move(patch)), value),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("nested deeper than 100")));
}

TEST(JsonPatch, ShiftsOfALongListEndEarly) {
  json::Value value;
  value["a"] = json::Array(100000, json::Value(1));
  json::Array patch(
      9000, json::Object{{"op", "add"}, {"path", "/a/0"}, {"value", 1}});
  EXPECT_THAT(
      ApplyJsonPatch(json::Value(std::move(patch)), value),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("operation 3")));
}

TEST(MergePatch, DoesWhatTheRfcShows) {
  json::Value value =
      Json(R"({"title":"x","author":{"given":"J","family":"D"},"tags":["a"]})");
  ApplyMergePatch(
      Json(R"({"title":"y","author":{"family":null},"tags":["b"],"n":{"o":null,
               "p":1}})"),
      value);
  EXPECT_EQ(json::Write(value),
            R"({"author":{"given":"J"},"n":{"p":1},"tags":["b"],"title":"y"})");
}

std::string Strategic(absl::string_view object, absl::string_view patch) {
  json::Value value = Json(object);
  const absl::Status status = ApplyStrategicMerge(
      *BuiltinTypes()->by_name.at("PodSpec"), Json(patch), value);
  return status.ok() ? json::Write(value) : std::string(status.message());
}

TEST(StrategicMerge, MergesListsByTheirKeys) {
  EXPECT_EQ(
      Strategic(R"({"containers":[{"name":"a","image":"x","args":["1","2"]},
                                  {"name":"b","image":"y"}]})",
                R"({"containers":[{"name":"b","image":"z"},
                                  {"name":"c","image":"w"},
                                  {"name":"a","args":["3"]}]})"),
      R"({"containers":[{"args":["3"],"image":"x","name":"a"},)"
      R"({"image":"z","name":"b"},{"image":"w","name":"c"}]})");
  // Ports by containerPort, nested in a merged list.
  EXPECT_EQ(
      Strategic(R"({"containers":[{"name":"a","ports":[{"containerPort":80},
                                   {"containerPort":81}]}]})",
                R"({"containers":[{"name":"a","ports":[{"containerPort":81,
                                   "name":"x"}]}]})"),
      R"({"containers":[{"name":"a","ports":[{"containerPort":80},)"
      R"({"containerPort":81,"name":"x"}]}]})");
}

TEST(StrategicMerge, FollowsDirectives) {
  const char* object =
      R"({"containers":[{"name":"a"},{"name":"b"}],"nodeSelector":{"x":"1"}})";
  EXPECT_EQ(
      Strategic(object, R"({"containers":[{"name":"a","$patch":"delete"}]})"),
      R"({"containers":[{"name":"b"}],"nodeSelector":{"x":"1"}})");
  EXPECT_EQ(Strategic(object,
                      R"({"containers":[{"name":"c"},{"$patch":"replace"}]})"),
            R"({"containers":[{"name":"c"}],"nodeSelector":{"x":"1"}})");
  EXPECT_EQ(Strategic(object,
                      R"({"nodeSelector":{"$patch":"replace","y":"2"},
                          "containers":null})"),
            R"({"nodeSelector":{"y":"2"}})");
  EXPECT_EQ(Strategic(object,
                      R"({"$setElementOrder/containers":[{"name":"b"},
                          {"name":"a"}],"$retainKeys":["containers"]})"),
            R"({"containers":[{"name":"b"},{"name":"a"}]})");
  EXPECT_EQ(Strategic(R"({"args":["a","b","c"]})",
                      R"({"$deleteFromPrimitiveList/args":["b"]})"),
            R"({"args":["a","c"]})");
}

TEST(StrategicMerge, LeavesNoDirectiveBehind) {
  EXPECT_EQ(Strategic(R"({})",
                      R"({"containers":[{"name":"a","env":[{"name":"E",
                          "$patch":"delete"},{"name":"F","value":null}],
                          "$setElementOrder/env":[{"name":"F"}]}]})"),
            R"({"containers":[{"env":[{"name":"F"}],"name":"a"}]})");
}

TEST(StrategicMerge, RefusesItemsWithoutTheirKey) {
  EXPECT_THAT(Strategic(R"({})", R"({"containers":[{"image":"x"}]})"),
              HasSubstr("lacks its key name"));
}

std::string First(absl::string_view path, absl::string_view object) {
  const absl::StatusOr<JsonPath> parsed = JsonPath::Parse(path);
  if (!parsed.ok()) return std::string(parsed.status().message());
  const json::Value value = Json(object);
  const json::Value* found = parsed->First(value);
  return found != nullptr ? json::Write(*found) : "none";
}

TEST(JsonPath, FindsWhatPrinterColumnsAskFor) {
  const char* object =
      R"({"spec":{"n":3},"metadata":{"labels":{"a.b/c":"x"}},
          "status":{"conditions":[{"type":"A","status":"True"},
          {"type":"Ready","status":"False"}],"list":[1,2]}})";
  EXPECT_EQ(First(".spec.n", object), "3");
  EXPECT_EQ(First("{.spec.n}", object), "3");
  EXPECT_EQ(First(".metadata.labels['a.b/c']", object), "\"x\"");
  EXPECT_EQ(First(".metadata.labels.a\\.b/c", object), "\"x\"");
  EXPECT_EQ(First(".status.list[-1]", object), "2");
  EXPECT_EQ(First(".status.list[7]", object), "none");
  EXPECT_EQ(First(".status.conditions[*].type", object), "\"A\"");
  EXPECT_EQ(First(".status.conditions[?(@.type==\"Ready\")].status", object),
            "\"False\"");
  EXPECT_EQ(First(".status.conditions[?(@.type!='A')].type", object),
            "\"Ready\"");
  EXPECT_EQ(First(".gone.n", object), "none");
}

TEST(JsonPath, RefusesWhatItDoesNotKnow) {
  for (const char* bad :
       {"..x", ".a[", ".a[?(@.b=1)]", ".a['b", "a.b", ".a[b]", "{.a"}) {
    EXPECT_THAT(JsonPath::Parse(bad).status(),
                StatusIs(absl::StatusCode::kInvalidArgument, _))
        << bad;
  }
}

}  // namespace
}  // namespace kaito::apiserver
