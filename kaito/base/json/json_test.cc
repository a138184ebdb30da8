// Value, reader and writer together, with nlohmann/json as an independent
// judge.
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "nlohmann/json.hpp"

namespace kaito::json {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

std::string Nested(int depth) {
  return absl::StrCat(std::string(depth, '['), "1", std::string(depth, ']'));
}

TEST(Value, BuildsLooksUpAndErases) {
  Value job = Object{{"kind", "Job"}, {"spec", Object{{"backoffLimit", 6}}}};
  job["metadata"]["name"] = "demo";
  job["spec"]["args"].Append("tune");
  ASSERT_NE(job.FindPath({"spec", "backoffLimit"}), nullptr);
  EXPECT_EQ(job.FindPath({"spec", "backoffLimit"})->integer(), 6);
  EXPECT_EQ(job.StringAt({"metadata", "name"}), "demo");
  EXPECT_EQ(job.StringAt({"spec", "backoffLimit"}), "");
  EXPECT_EQ(job.FindPath({"spec", "nothing", "deeper"}), nullptr);
  EXPECT_TRUE(job.object()->Erase("kind"));
  EXPECT_FALSE(job.object()->Erase("kind"));
  EXPECT_EQ(Write(job),
            R"({"metadata":{"name":"demo"},"spec":{"args":["tune"],)"
            R"("backoffLimit":6}})");
}

TEST(Value, ComparesNumbersByValue) {
  EXPECT_EQ(Value(1), Value(1.0));
  EXPECT_FALSE(Value(1) == Value(1.5));
  EXPECT_FALSE(Value(1) == Value("1"));
  EXPECT_FALSE(Value(false) == Value(0));
}

TEST(Parse, KeepsWholeNumbersExact) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Value v,
      Parse("[9223372036854775807,-9223372036854775808,1.5,1e3]"));
  const Array& a = *v.array();
  EXPECT_EQ(a[0].integer(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(a[1].integer(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(a[2].number(), 1.5);
  EXPECT_FALSE(a[3].integer().has_value());
  EXPECT_EQ(Write(v), "[9223372036854775807,-9223372036854775808,1.5,1000.0]");
}

TEST(Parse, MakesLongerIntegersDoubles) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Value v,
      Parse(R"([18446744073709551616,-9223372036854775809,{"\\\"1":)"
            R"(123456789012345678901234567890},"123456789012345678901",)"
            R"(1.123456789012345678901,1e-000000000000000000001,)"
            R"(9223372036854775807])"));
  const Array& a = *v.array();
  EXPECT_EQ(a[0].number(), 18446744073709551616.0);
  EXPECT_EQ(a[1].number(), -9223372036854775808.0);
  EXPECT_EQ(a[2].Find("\\\"1")->number(), 123456789012345678901234567890.0);
  EXPECT_EQ(*a[3].string(), "123456789012345678901");
  EXPECT_EQ(a[4].number(), 1.123456789012345678901);
  EXPECT_EQ(a[5].number(), 0.1);
  EXPECT_EQ(a[6].integer(), std::numeric_limits<int64_t>::max());
  EXPECT_THAT(Parse("[18446744073709551616, 01]"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Parse("018446744073709551616"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Parse, TakesManyNamesInAnyOrder) {
  // Without sorting first this takes 40 seconds.
  std::string text = "{";
  for (int i = 100'000; i > 0; --i) {
    absl::StrAppend(&text, "\"", 100'000 + i, "\":1,");
  }
  text.back() = '}';
  KAITO_ASSERT_OK_AND_ASSIGN(const Value v, Parse(text));
  EXPECT_EQ(v.object()->size(), 100'000u);
}

TEST(Parse, ReadsScalarsAtTheTop) {
  EXPECT_EQ(Parse("true")->boolean(), true);
  EXPECT_EQ(*Parse("\"a\"")->string(), "a");
  EXPECT_TRUE(Parse(" null ")->is_null());
}

TEST(Parse, SaysWhereAndWhy) {
  EXPECT_THAT(Parse("{\n  \"a\": 1,\n  }"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("line 3, column 3")));
  EXPECT_THAT(Parse("{\"a\" 1}"), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("line 1, column 6")));
  EXPECT_THAT(Parse(""),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("empty")));
  EXPECT_THAT(Parse("[1] x"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Parse, RefusesRepeatedNamesUnlessTold) {
  EXPECT_THAT(
      Parse(R"({"a":1,"a":2})"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("\"a\" twice")));
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Value v,
      Parse(R"({"a":1,"a":2})", {.duplicates = Duplicates::kLastWins}));
  EXPECT_EQ(v.Find("a")->integer(), 2);
}

TEST(Parse, BoundsDepthAndSize) {
  KAITO_EXPECT_OK(Parse(Nested(128)));
  EXPECT_THAT(Parse(Nested(129)), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("deeper than 128")));
  EXPECT_THAT(Parse(Nested(1'000'000)),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Parse("[1,2]", {.max_bytes = 4}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("5 bytes, more than the 4")));
}

TEST(Parse, AgreesWithAnotherParserAboutWhatIsJson) {
  for (absl::string_view text : {"{}",
                                 "[]",
                                 "[1,]",
                                 "[,1]",
                                 "{\"a\":}",
                                 "{a:1}",
                                 "{'a':1}",
                                 "nul",
                                 "nulll",
                                 "01",
                                 "1.",
                                 ".5",
                                 "-",
                                 "+1",
                                 "1e",
                                 "1e+",
                                 "NaN",
                                 "Infinity",
                                 "\"\\u12\"",
                                 "\"\\ud800\"",
                                 "\"\\ud800\\udc00\"",
                                 "\"\\x\"",
                                 "\"a\nb\"",
                                 "\"\t\"",
                                 "// c\n1",
                                 "[1 2]",
                                 "[1,2",
                                 "{\"a\":1",
                                 "\"abc",
                                 "1 2",
                                 "\xEF\xBB\xBF{}",
                                 "\"\xFF\"",
                                 "\"\xC0\x80\"",
                                 "\"\xED\xA0\x80\"",
                                 "\"\xF4\x90\x80\x80\"",
                                 "\"\xE2\x82\xAC\"",
                                 "[1]]",
                                 "tru",
                                 "-0",
                                 "1E5",
                                 "\"\\/\"",
                                 "0x1",
                                 "[\"a\",]"}) {
    const bool expected =
        nlohmann::json::accept(text.begin(), text.end()) &&
        // It skips a byte order mark; RFC 8259 lets a parser refuse one.
        text.substr(0, 3) != "\xEF\xBB\xBF";
    EXPECT_EQ(Parse(text).ok() && text.substr(0, 3) != "\xEF\xBB\xBF", expected)
        << text;
  }
}

// A random value, as nlohmann's and as ours.
Value Random(std::mt19937& rng, int depth, nlohmann::json& twin) {
  const int kind = static_cast<int>(rng() % (depth > 0 ? 7 : 5));
  switch (kind) {
    case 0:
      twin = nullptr;
      return Value();
    case 1: {
      const bool b = rng() % 2 != 0;
      twin = b;
      return b;
    }
    case 2: {
      const auto n =
          static_cast<int64_t>((uint64_t{rng()} << 32 | rng()) >> (rng() % 64));
      twin = n;
      return n;
    }
    case 3: {
      const double d = std::ldexp(static_cast<double>(rng()) - 2e9,
                                  static_cast<int>(rng() % 200) - 100);
      twin = d;
      return d;
    }
    case 4: {
      std::string s;
      for (uint32_t i = rng() % 12; i > 0; --i) {
        s +=
            std::vector<std::string>{
                "a", "\"", "\\",         "\n",   "\x01",
                "é", "€",  "\U0001F600", "\x7f", " "}[rng() % 10];
      }
      twin = s;
      return s;
    }
    case 5: {
      twin = nlohmann::json::array();
      Array array;
      for (uint32_t i = rng() % 5; i > 0; --i) {
        nlohmann::json item;
        array.push_back(Random(rng, depth - 1, item));
        twin.push_back(std::move(item));
      }
      return array;
    }
    default: {
      twin = nlohmann::json::object();
      Object object;
      for (uint32_t i = rng() % 5; i > 0; --i) {
        const std::string name = absl::StrCat("k", rng() % 9);
        nlohmann::json item;
        object[name] = Random(rng, depth - 1, item);
        twin[name] = std::move(item);
      }
      return object;
    }
  }
}

TEST(RoundTrip, AgreesWithAnotherImplementation) {
  constexpr uint32_t kSeed = 20261124;
  SCOPED_TRACE(absl::StrCat("seed ", kSeed));
  std::mt19937 rng(kSeed);
  for (int i = 0; i < 2000; ++i) {
    nlohmann::json twin;
    const Value value = Random(rng, 4, twin);
    const std::string text = Write(value, {.indent = i % 3});
    EXPECT_EQ(nlohmann::json::parse(text), twin) << text;
    KAITO_ASSERT_OK_AND_ASSIGN(const Value again, Parse(twin.dump(i % 4 - 1)));
    EXPECT_EQ(again, value) << text;
  }
}

TEST(Write, IndentsAndRepairsBrokenText) {
  const Value v = Object{{"a", Array{1, "x"}}, {"b", Object{}}};
  EXPECT_EQ(Write(v, {.indent = 2}),
            "{\n  \"a\": [\n    1,\n    \"x\"\n  ],\n  \"b\": {}\n}");
  EXPECT_EQ(Quote("a\xFF\x01"), "\"a\xEF\xBF\xBD\\u0001\"");
  EXPECT_EQ(Write(Value(std::numeric_limits<double>::infinity())), "null");
}

TEST(Read, FillsSmallStructs) {
  constexpr absl::string_view kText =
      R"({"items":[{"name":"a","n":1,"x":{"deep":[1]}},{"name":null,"n":2}],)"
      R"("ready":true,"load":0.5,"rest":{"k":"v"}})";
  std::vector<std::string> names;
  int64_t sum = 0;
  bool ready = false;
  double load = 0;
  Value rest;
  const auto read_item = [&](const Cursor& item) {
    std::string name = "default";
    int64_t n = 0;
    absl::Status status =
        item.ForEachField([&](absl::string_view key, const Cursor& value) {
          if (key == "name") return value.ReadString(&name);
          if (key == "n") return value.ReadInt64(&n);
          return absl::OkStatus();
        });
    names.push_back(name);
    sum += n;
    return status;
  };
  KAITO_ASSERT_OK(Read(kText, {}, [&](const Cursor& root) {
    return root.ForEachField([&](absl::string_view key, const Cursor& value) {
      if (key == "items") return value.ForEachItem(read_item);
      if (key == "ready") return value.ReadBool(&ready);
      if (key == "load") return value.ReadDouble(&load);
      if (key == "rest") return value.ReadValue(&rest);
      return absl::OkStatus();
    });
  }));
  EXPECT_EQ(names, (std::vector<std::string>{"a", "default"}));
  EXPECT_EQ(sum, 3);
  EXPECT_TRUE(ready);
  EXPECT_EQ(load, 0.5);
  EXPECT_EQ(rest.StringAt({"k"}), "v");
}

TEST(Read, NamesBothTypesWhereTheyDiffer) {
  const auto as_int = [](const Cursor& root) {
    int64_t n = 0;
    return root.ReadInt64(&n);
  };
  EXPECT_THAT(Read("\"7\"", {}, as_int),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("expected integer, found string")));
  EXPECT_THAT(Read("1.5", {}, as_int),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      Read("[]", {},
           [](const Cursor& root) {
             return root.ForEachField([](absl::string_view, const Cursor&) {
               return absl::OkStatus();
             });
           }),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("expected object, found array")));
}

TEST(Read, TellsTheTypeOfEachValue) {
  std::vector<Type> types;
  KAITO_ASSERT_OK(Read(
      R"([null, true, -7, 9223372036854775807, 9223372036854775808, 7.0, 1e3,
          "7", [], {}])",
      {}, [&](const Cursor& root) {
        EXPECT_EQ(root.type(), Type::kArray);
        return root.ForEachItem([&](const Cursor& item) {
          types.push_back(item.type());
          return absl::OkStatus();
        });
      }));
  EXPECT_THAT(types, ::testing::ElementsAre(
                         Type::kNull, Type::kBool, Type::kInt, Type::kInt,
                         Type::kUint, Type::kDouble, Type::kDouble,
                         Type::kString, Type::kArray, Type::kObject));
}

TEST(Read, MayBeNested) {
  std::string inner;
  KAITO_ASSERT_OK(Read(R"({"text":"[1,2]"})", {}, [&](const Cursor& root) {
    return root.ForEachField([&](absl::string_view, const Cursor& value) {
      absl::string_view text;
      KAITO_EXPECT_OK(value.ReadStringView(&text));
      inner = Write(*Parse(text));
      EXPECT_EQ(text, "[1,2]");  // Still there after the inner parse.
      return absl::OkStatus();
    });
  }));
  EXPECT_EQ(inner, "[1,2]");
}

}  // namespace
}  // namespace kaito::json
