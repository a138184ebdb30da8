#include "kaito/base/yaml/yaml.h"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/yaml/places.h"

namespace kaito::yaml {
namespace {

using ::kaito::testing::IsOk;
using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

// The JSON of a text's value, or the message of its error.
std::string Json(absl::string_view text, const ReadOptions& options = {}) {
  const auto document = Parse(text, options);
  return document.ok() ? json::Write(document->value)
                       : std::string(document.status().message());
}

std::string Repeat(absl::string_view text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) absl::StrAppend(&out, text);
  return out;
}

// Lines of a file in testdata/: two columns, comments left out.
std::vector<std::pair<std::string, std::string>> Golden(
    absl::string_view name) {
  std::ifstream file(absl::StrCat("kaito/base/yaml/testdata/", name));
  const std::string text((std::istreambuf_iterator<char>(file)),
                         std::istreambuf_iterator<char>());
  std::vector<std::pair<std::string, std::string>> rows;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (line.empty() || absl::StartsWith(line, "# ")) continue;
    rows.push_back(absl::StrSplit(line, '\t'));
  }
  EXPECT_GT(rows.size(), 100u) << name;
  return rows;
}

TEST(Parse, ReadsScalarsAsKubectlDoes) {
  for (const auto& [text, expected] : Golden("kubectl_scalars.txt")) {
    const auto document = Parse(absl::StrCat("v: ", text, "\n"));
    EXPECT_EQ(document.ok(), expected != "error") << text;
    if (!document.ok() || expected == "error") continue;
    KAITO_ASSERT_OK_AND_ASSIGN(const json::Value v, json::Parse(expected));
    EXPECT_EQ(*document->value.Find("v"), v)
        << text << " is " << json::Write(document->value);
  }
}

TEST(Parse, ReadsAllStylesAsKubectlDoes) {
  for (const auto& [quoted, expected] : Golden("kubectl_documents.txt")) {
    KAITO_ASSERT_OK_AND_ASSIGN(const json::Value text, json::Parse(quoted));
    const auto document = Parse(*text.string(), {.allow_aliases = true});
    EXPECT_EQ(document.ok(), expected != "error")
        << quoted << " " << document.status();
    if (!document.ok() || expected == "error") continue;
    KAITO_ASSERT_OK_AND_ASSIGN(const json::Value v, json::Parse(expected));
    EXPECT_EQ(*document->value.Find("v"), v)
        << quoted << " is " << json::Write(document->value);
  }
}

TEST(Parse, GivesNumbersTheTypeThatJsonWouldGiveThem) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Document d,
      Parse("[9223372036854775807, -9223372036854775808, 1e3, 2.5, "
            "9223372036854775808, -9223372036854775809]"));
  const json::Array& a = *d.value.array();
  EXPECT_EQ(a[0].integer(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(a[1].integer(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(a[2].integer(), 1000);
  EXPECT_EQ(a[3].number(), 2.5);
  EXPECT_TRUE(a[4].is_double());
  EXPECT_TRUE(a[5].is_double());
}

TEST(Parse, MakesStringsOfIntegerAndBooleanKeysOnly) {
  EXPECT_EQ(Json("{1: a, true: b, no: c, 0x10: d, ! 2: e}"),
            R"({"1":"a","16":"d","2":"e","false":"c","true":"b"})");
  EXPECT_THAT(Json("1.10: a"), HasSubstr("key \"1.10\" is a number that"));
  EXPECT_THAT(Json(".inf: a"), HasSubstr("in quotes"));
  EXPECT_THAT(Json("~: a"), HasSubstr("null"));
  EXPECT_THAT(Json("{: a}"), HasSubstr("key is missing"));
  EXPECT_THAT(Json("? [a]\n: b"), HasSubstr("can't be a key"));
  EXPECT_THAT(Json("? {a: b}\n: b"), HasSubstr("can't be a key"));
}

TEST(Parse, RefusesRepeatedKeysWithBothPlaces) {
  EXPECT_EQ(Json("a: 1\nb: 2\na: 3\n"),
            "YAML: line 3, column 1: key \"a\" is already at line 1, column 1");
  EXPECT_THAT(Json("x:\n  1: a\n  '1': b\n"),
              HasSubstr("line 3, column 3: key \"1\" is already at line 2"));
}

TEST(Parse, AllowsNoTagsButStrings) {
  EXPECT_EQ(Json("[!!str 1, !!str, ! yes, !!str 'x', !!str ~]"),
            R"(["1","","yes","x","~"])");
  for (absl::string_view text :
       {"!!int 1", "!!binary aGk=", "!foo a", "!!set {a}", "!!map {a: 1}",
        "!<x> a", "!!python/object/apply:os.system [ls]"}) {
    EXPECT_THAT(Parse(text), StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr("tag \"")))
        << text;
  }
}

// Where yaml-cpp alone would give a value that nobody wrote.
TEST(Parse, RefusesWhatItsScannerWouldMisread) {
  struct Case {
    absl::string_view text;
    absl::string_view message;
  };
  for (const auto& [text, message] : {
           Case{"a: 1\nb\n", "line 2, column 1: this is no \"key: value\""},
           Case{"v:\n- a\n-b\n", "line 3, column 1: this is no"},
           Case{"a: |\n b\nc\n", "line 3, column 1: this is no"},
           Case{"a: 'x\nb: 1\n", "line 3, column 1: the text ends too early"},
           Case{"a: \"x", "line 1, column 6: the text ends too early"},
           Case{"a: 1\n%b: 2\nc: 3\n", "line 2, column 1: directives"},
           Case{"%YAML 1.1\n---\na", "line 1, column 1: directives"},
           Case{"[a, , b]", "line 1, column 5: a value is missing"},
           Case{"{a:}", "a space must follow the colon"},
           Case{"{a:, b: 1}", "a space must follow the colon"},
           Case{"a: >+\n b\n\n", "\">+\" isn't supported"},
           Case{"a: !!str >2+\n   b\n", "\">+\" isn't supported"},
           Case{"\"\\N\"", "aren't supported; write \\u0085"},
           Case{"\"a\\_\"", "aren't supported"},
           Case{"a: 1\n]\n", "line 2, column 1: this bracket closes nothing"},
           Case{"'a' b", "line 1, column 5: this belongs to nothing"},
           Case{"- a\nb: c\n", "line 2, column 1: this belongs to nothing"},
           Case{"]", "this bracket closes nothing"},
       }) {
    EXPECT_THAT(Parse(text), StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr(std::string(message))))
        << text;
  }
  EXPECT_EQ(Json("{\"a\":}"), R"({"a":null})");
  EXPECT_EQ(Json("? a\n? b\n"), R"({"a":null,"b":null})");
  EXPECT_EQ(Json("a: |+\n b\n\n"), R"({"a":"b\n\n"})");
}

TEST(Parse, RefusesCharactersThatYamlForbids) {
  for (absl::string_view text :
       {"a: \x07", "a: \x7f", "a: \xff", "a: \xed\xa0\x80", "a: \xc0\x80",
        "a: \xef\xbf\xbe", "a: b\rc", "a: \xc2\x85", "a: \xe2\x80\xa8",
        "\xfe\xff\x61", "a: \x04 b"}) {
    EXPECT_THAT(Parse(text), StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr("line 1, column ")))
        << text;
  }
  EXPECT_THAT(Parse(absl::string_view("a: b\0c", 6)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("line 1, column 5: character U+0000")));
  EXPECT_EQ(Json("\xEF\xBB\xBF"
                 "a: é\r\nb: \"\\u0085\\x07\"\r\n"),
            "{\"a\":\"é\",\"b\":\"\xC2\x85\\u0007\"}");
}

TEST(Parse, SaysWhatIsWrongWhere) {
  struct Case {
    absl::string_view text;
    absl::string_view message;
  };
  for (const auto& [text, message] : {
           Case{"a: b: c", "line 1, column 5: a colon can't stand here"},
           Case{"a:\n  b: 1\n c: 2\n", "line 3, column 2: this fits neither"},
           Case{"a: 1\n\tb: 2\n", "line 2, column 1: a tab can't indent"},
           Case{"a: [1, 2\nb: 3\n", "line 2, column 2: a comma or ]"},
           Case{"a: @x", "line 1, column 4: a value can't begin with this"},
           Case{"a: \"\\q\"", "line 1, column 7: unknown escape character: q"},
           Case{"a: [.inf]", "line 1, column 5: .inf can't be held in JSON"},
           Case{"a: -.Inf", "-.Inf can't be held in JSON"},
           Case{"a: .nan", ".nan can't be held in JSON"},
       }) {
    EXPECT_THAT(
        Parse(text),
        StatusIs(
            absl::StatusCode::kInvalidArgument,
            HasSubstr(absl::StrCat("YAML: ", message)
                          .substr(absl::StartsWith(message, "line") ? 0 : 6))))
        << text;
  }
}

TEST(Parse, TakesOneDocumentAndParseAllMany) {
  EXPECT_EQ(Json(""), "null");
  EXPECT_EQ(Json("# nothing\n"), "null");
  EXPECT_EQ(Json("---\n---\na: 1\n---\n# end\n"), R"({"a":1})");
  EXPECT_EQ(Json("a\n---\nb\n"),
            "YAML: line 3, column 1: a second document begins; only one is "
            "allowed here");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::vector<Document> documents,
      ParseAll("a: 1\n---\n---\nnull\n---\n- 2\n...\n--- x\n"));
  ASSERT_EQ(documents.size(), 3u);
  EXPECT_EQ(json::Write(documents[0].value), R"({"a":1})");
  EXPECT_EQ(json::Write(documents[1].value), "[2]");
  EXPECT_EQ(documents[1].places.Find("[0]"), (Place{6, 3}));
  EXPECT_EQ(json::Write(documents[2].value), "\"x\"");
  KAITO_EXPECT_OK(ParseAll(Repeat("--- a\n", 3), {.max_documents = 3}));
  EXPECT_THAT(ParseAll(Repeat("--- a\n", 4), {.max_documents = 3}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("line 4, column 1: more than 3 documents")));
}

TEST(Parse, BoundsBytesDepthAndValues) {
  KAITO_EXPECT_OK(Parse("a: b", {.max_bytes = 4}));
  EXPECT_THAT(Parse("a: bc", {.max_bytes = 4}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("5 bytes, more than the 4")));
  KAITO_EXPECT_OK(Parse(Repeat("[", 128) + Repeat("]", 128)));
  EXPECT_THAT(Parse(Repeat("[", 129) + Repeat("]", 129)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("nested deeper than 128")));
  KAITO_EXPECT_OK(Parse("{a: 1, b: [2]}", {.max_nodes = 6}));
  EXPECT_THAT(Parse("{a: 1, b: [2]}", {.max_nodes = 5}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("more than 5 values")));
}

// The test's time limit is the judge: without bounds, yaml-cpp's scanner or a
// naive builder takes minutes or gigabytes for texts like these.
TEST(Parse, EndsSoonOnHostileText) {
  std::string deep;
  std::string descending;
  for (int i = 0; i < 1000; ++i) {
    absl::StrAppend(&deep, std::string(i, ' '), "a:\n");
  }
  for (int i = 20'000; i > 0; --i) {
    absl::StrAppend(&descending, "k", 100'000 + i, ": v\n");
  }
  KAITO_EXPECT_OK(Parse(descending));
  for (const std::string& text :
       {deep, Repeat("[", 1'000'000), Repeat("[", 90'000), Repeat("[{", 20'000),
        Repeat("[\n", 20'000), Repeat("- ", 500'000), Repeat("? ", 500'000),
        Repeat("- a\n", 100'001), Repeat("a,", 400'000),
        "\"" + Repeat("a", 300'000), Repeat("!", 1'000'000),
        Repeat("*a ", 30'000), Repeat("---\n", 250'000)}) {
    EXPECT_THAT(Parse(text), Not(IsOk())) << text.substr(0, 20);
  }
}

TEST(Aliases, AreRefusedUnlessAllowed) {
  EXPECT_THAT(Json("a: &x 1\nb: *x\n"),
              HasSubstr("line 1, column 4: anchor &\"x\""));
  EXPECT_THAT(Json("a: *x\n"), HasSubstr("alias has no anchor"));
  EXPECT_THAT(Json("<<: {a: 1}\n"), HasSubstr("merge keys (<<) aren't"));
  EXPECT_EQ(Json("\"<<\": {a: 1}\n"), R"({"<<":{"a":1}})");
  EXPECT_EQ(Json("a: <<\n"), R"({"a":"<<"})");
}

TEST(Aliases, CopyTheirAnchors) {
  const ReadOptions allow = {.allow_aliases = true};
  EXPECT_EQ(Json("a: &x [1, {b: 2}]\nc: *x\nd: [*x, &x 3, *x]\n", allow),
            R"({"a":[1,{"b":2}],"c":[1,{"b":2}],"d":[[1,{"b":2}],3,3]})");
  EXPECT_EQ(Json("{&k a: &n , b: *k, c: *n}", allow),
            R"({"a":null,"b":"a","c":null})");
  EXPECT_THAT(Json("&x [*x]", allow), HasSubstr("inside of its own anchor"));
  EXPECT_THAT(Json("&x a: 1\n*x : 2\n", allow), HasSubstr("can't be a key"));
  EXPECT_THAT(Json("a: &x 1\n---\nb: *x\n", allow), HasSubstr("no anchor"));
}

TEST(Aliases, MergeFieldsThatTheMapLacks) {
  const ReadOptions allow = {.allow_aliases = true};
  EXPECT_EQ(
      Json("b: &b {x: 1, w: 1}\nc: {w: 2, <<: *b}\nd: {<<: *b, w: 3}\n", allow),
      R"({"b":{"w":1,"x":1},"c":{"w":2,"x":1},"d":{"w":3,"x":1}})");
  EXPECT_EQ(Json("{<<: [{x: 1}, {x: 2, w: 2}], z: 3}", allow),
            R"({"w":2,"x":1,"z":3})");
  EXPECT_EQ(Json("{<<: {<<: {x: 1}, w: 1}}", allow), R"({"w":1,"x":1})");
  EXPECT_THAT(Json("a: 1\n<<: 2\n", allow),
              HasSubstr("line 2, column 1: << needs a map"));
  EXPECT_THAT(Json("{<<: [1]}", allow), HasSubstr("not integer"));
  EXPECT_THAT(Json("{<<: {a: 1}, b: 1, b: 2}", allow), HasSubstr("already at"));
}

TEST(Aliases, HaveABudget) {
  const ReadOptions allow = {.allow_aliases = true};
  std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  std::string merges = "a0: &a0 {k0: 1}\n";
  std::string chain = "a0: &a0 [x]\n";
  for (int i = 1; i < 1000; ++i) {
    absl::StrAppend(&merges, "a", i, ": &a", i, " {<<: *a", i - 1, ", k", i,
                    ": 1}\n");
    absl::StrAppend(&chain, "a", i, ": &a", i, " [*a", i - 1, "]\n");
    absl::StrAppend(&laughs, "a", i, ": &a", i, " [",
                    Repeat(absl::StrCat("*a", i - 1, ","), 10), "]\n");
  }
  const std::string big = Repeat("x", 100'000);
  const std::string bytes =
      absl::StrCat("a: &a ", big, "\nb: [", Repeat("*a,", 1000), "]\n");
  const std::string nested =
      absl::StrCat(Repeat("&a [", 100), big, Repeat("]", 100));
  for (const std::string& text : {laughs, merges, bytes, nested}) {
    EXPECT_THAT(Parse(text, allow),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("aliases make the text larger")))
        << text.substr(0, 30);
  }
  EXPECT_THAT(Json(chain, allow), HasSubstr("nested deeper than 128"));
  KAITO_EXPECT_OK(Parse("a: &a [x, y]\nb: [*a, *a]\n",
                        {.max_nodes = 16, .allow_aliases = true}));
  EXPECT_THAT(Parse("a: &a [x, y]\nb: [*a, *a]\n",
                    {.max_nodes = 15, .allow_aliases = true}),
              Not(IsOk()));
}

TEST(Places, AreFoundByPath) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Document d,
                             Parse("training_config:\n"                     // 1
                                   "  LoraConfig:\n"                        // 2
                                   "    r: 8\n"                             // 3
                                   "metadata:\n"                            // 4
                                   "  labels: {kaito.sh/x: \"é\", b: 2}\n"  // 5
                                   "spec:\n"                                // 6
                                   "  containers:\n"                        // 7
                                   "  - name: a\n"                          // 8
                                   "    image: |\n"                         // 9
                                   "      x\n"     // 10
                                   "  -\n"         // 11
                                   "    - 1\n"     // 12
                                   "    - ~\n"));  // 13
  const PlaceMap& places = d.places;
  EXPECT_EQ(places.Find(""), (Place{1, 1}));
  EXPECT_EQ(places.Find("training_config"), (Place{2, 3}));
  EXPECT_EQ(places.FindKey("training_config"), (Place{1, 1}));
  EXPECT_EQ(places.Find("training_config.LoraConfig.r"), (Place{3, 8}));
  EXPECT_EQ(places.FindKey("training_config.LoraConfig.r"), (Place{3, 5}));
  EXPECT_EQ(places.Find("metadata.labels[kaito.sh/x]"), (Place{5, 24}));
  EXPECT_EQ(places.FindKey("metadata.labels.b"), (Place{5, 30}));
  EXPECT_EQ(places.Find("spec.containers[0].name"), (Place{8, 11}));
  EXPECT_EQ(places.Find("spec.containers[0].image"), (Place{9, 12}));
  EXPECT_EQ(places.Find("spec[containers][1][0]"), (Place{12, 7}));
  EXPECT_EQ(places.Find("spec.containers[1][1]"), (Place{13, 7}));
  for (absl::string_view path :
       {"spec.containers[2]", "spec.containers[-1]", "spec.containers[x]",
        "spec.containers.0", "spec.nothing", "spec[0]", "spec.containers[0",
        "training_config.LoraConfig.r.x", "spec..containers", "."}) {
    EXPECT_EQ(places.Find(path), std::nullopt) << path;
    EXPECT_EQ(places.FindKey(path), std::nullopt) << path;
  }
}

TEST(Places, GiveTheNearestForWhatIsAbsent) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Document d,
                             Parse("a:\n  b:\n  - c: 1\n  - d: 2\n"));
  EXPECT_EQ(d.places.Nearest("a.b[1].image.tag"), (Place{4, 5}));
  EXPECT_EQ(d.places.Nearest("a.b[1].d"), (Place{4, 5}));
  EXPECT_EQ(d.places.Nearest("a.x"), (Place{1, 1}));
  EXPECT_EQ(d.places.Nearest("x"), (Place{1, 1}));
  EXPECT_EQ(Document().places.Nearest("x"), (Place{1, 1}));
  EXPECT_EQ(Document().places.Find(""), std::nullopt);
  EXPECT_EQ(ToString(d.places.Nearest("a.b")), "line 2, column 3");
}

TEST(Places, OfCopiesAreThoseOfTheAlias) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Document d,
      Parse("a: &a {x: 1}\nb: *a\nc:\n  <<: *a\n", {.allow_aliases = true}));
  EXPECT_EQ(d.places.Find("b"), (Place{2, 4}));
  EXPECT_EQ(d.places.Find("b.x"), std::nullopt);
  EXPECT_EQ(d.places.Nearest("b.x"), (Place{2, 1}));
  EXPECT_EQ(d.places.Nearest("c.x"), (Place{3, 1}));
}

}  // namespace
}  // namespace kaito::yaml
