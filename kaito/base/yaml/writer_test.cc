#include "kaito/base/yaml/writer.h"

#include <cmath>
#include <cstdint>
#include <iterator>
#include <limits>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/yaml/yaml.h"

namespace kaito::yaml {
namespace {

using json::Array;
using json::Object;
using json::Value;

// Each of them reads as something else, or not at all, without care.
constexpr absl::string_view kTricky[] = {"",
                                         " ",
                                         "a",
                                         "yes",
                                         "No",
                                         "y",
                                         "N",
                                         "on",
                                         "Off",
                                         "true",
                                         "~",
                                         "null",
                                         "Null",
                                         "0777",
                                         "0o17",
                                         "0x1F",
                                         "1e3",
                                         "1_000",
                                         "1:30",
                                         "08",
                                         ".5",
                                         "-1",
                                         "+1",
                                         ".inf",
                                         ".nan",
                                         "2001-01-01",
                                         "<<",
                                         "=",
                                         "- a",
                                         "-",
                                         "-a",
                                         "--- a",
                                         "---",
                                         "...",
                                         "? a",
                                         "?",
                                         ": a",
                                         ":",
                                         "a:",
                                         "a: b",
                                         "a:b",
                                         "a #b",
                                         "#x",
                                         "a#b",
                                         " a",
                                         "a ",
                                         "\ta",
                                         "a\t",
                                         "a\n",
                                         "\na",
                                         "\n",
                                         "\n\n",
                                         "a\nb",
                                         "a\nb\n",
                                         "a\nb\n\n",
                                         "a\n\nb",
                                         "a\n\n\nb\n",
                                         "a\n b\n  c\n",
                                         " a\nb\n",
                                         "a\n \nb",
                                         "a \nb",
                                         "a\n\tb\n",
                                         "a\n#b\n",
                                         "a\n--- b\n...\n",
                                         "a\r\nb",
                                         "a\rb",
                                         "[a]",
                                         "{a}",
                                         "a, b",
                                         "[",
                                         "]",
                                         "{",
                                         "}",
                                         ",",
                                         "&a",
                                         "*a",
                                         "!a",
                                         "!!str a",
                                         "|",
                                         ">",
                                         "|-\n a\n",
                                         "%a",
                                         "@a",
                                         "`a",
                                         "'",
                                         "''",
                                         "\"",
                                         "it's",
                                         "\"a\"",
                                         "a\"b",
                                         "\\",
                                         "\\n",
                                         "é",
                                         "日本\n語\n",
                                         "\U0001F600",
                                         "\x01",
                                         "\x07\x1b",
                                         "\x7f",
                                         "\xC2\x85",
                                         "\xC2\xA0",
                                         "\xE2\x80\xA8",
                                         "\xE2\x80\xA9",
                                         "\xEF\xBB\xBF",
                                         "\xEF\xBF\xBE",
                                         "\xEF\xBF\xBF",
                                         "a/b:c",
                                         "http://x:80/y?z#f",
                                         "nginx:1.25",
                                         "/bin/sh",
                                         "_a",
                                         "1.2.3",
                                         "key"};

TEST(Write, LooksAsKubectlsOutputDoes) {
  const Value v = Object{
      {"kind", "Job"},
      {"spec",
       Object{{"args", Array{"tune", "--r=8", Array{1, Array{}}}},
              {"containers", Array{Object{{"image", "nginx:1.25"},
                                          {"env", Array{Object{{"name", 1}}}}},
                                   Object{}}},
              {"empty", Object{}},
              {"on", true},
              {"none", nullptr},
              {"ratio", 0.5},
              {"script", "set -e\n\n  ./run # x\n"},
              {"tail", "a\nb"},
              {"version", "0777"}}}};
  EXPECT_EQ(Write(v), R"(kind: Job
spec:
  args:
  - tune
  - "--r=8"
  - - 1
    - []
  containers:
  - env:
    - name: 1
    image: nginx:1.25
  - {}
  empty: {}
  none: null
  "on": true
  ratio: 0.5
  script: |
    set -e

      ./run # x
  tail: |-
    a
    b
  version: "0777"
)");
}

TEST(Write, TakesValuesOfAnyTypeAtTheTop) {
  EXPECT_EQ(Write("a"), "a\n");
  EXPECT_EQ(Write("a\nb\n"), "|\n  a\n  b\n");
  EXPECT_EQ(Write(Array{"a", 1}), "- a\n- 1\n");
  EXPECT_EQ(Write(Object{}), "{}\n");
  EXPECT_EQ(Write(Value()), "null\n");
  EXPECT_EQ(Write(std::numeric_limits<double>::infinity()), "null\n");
  EXPECT_EQ(Write("a\xFF"), "\"a\xEF\xBF\xBD\"\n");
}

TEST(Write, KeepsLongKeys) {
  const Value v = Object{{std::string(5000, 'k'), Array{"a"}},
                         {std::string(200, '"'), Object{{"b", 1}}},
                         {std::string(129, 'x'), "c"}};
  KAITO_ASSERT_OK_AND_ASSIGN(const Document d, Parse(Write(v)));
  EXPECT_EQ(d.value, v);
}

TEST(RoundTrip, KeepsTrickyStringsEverywhere) {
  for (absl::string_view text : kTricky) {
    for (const Value& v :
         {Value(text), Value(Array{text, Array{text}}),
          Value(Object{{std::string(text), text},
                       {"z", Object{{std::string(text), Array{text}}}}})}) {
      const std::string yaml = Write(v);
      const auto d = Parse(yaml);
      ASSERT_TRUE(d.ok()) << d.status() << " in " << yaml;
      EXPECT_EQ(d->value, v) << yaml;
    }
  }
}

std::string RandomString(std::mt19937& rng) {
  if (rng() % 3 == 0) return std::string(kTricky[rng() % std::size(kTricky)]);
  std::string s;
  for (uint32_t i = rng() % 4; i > 0; --i) {
    absl::StrAppend(&s, kTricky[rng() % std::size(kTricky)],
                    rng() % 2 != 0 ? "\n" : "");
  }
  return s;
}

Value Random(std::mt19937& rng, int depth) {
  switch (rng() % (depth > 0 ? 8 : 5)) {
    case 0:
      return rng() % 2 != 0 ? Value() : Value(rng() % 2 != 0);
    case 1:
      return static_cast<int64_t>((uint64_t{rng()} << 32 | rng()) >>
                                  (rng() % 64));
    case 2:
      return std::ldexp(static_cast<double>(rng()) - 2e9,
                        static_cast<int>(rng() % 400) - 200);
    case 3:
    case 4:
      return RandomString(rng);
    case 5: {
      Array array;
      for (uint32_t i = rng() % 4; i > 0; --i) {
        array.push_back(Random(rng, depth - 1));
      }
      return array;
    }
    default: {
      Object object;
      for (uint32_t i = rng() % 4; i > 0; --i) {
        object[RandomString(rng)] = Random(rng, depth - 1);
      }
      return object;
    }
  }
}

TEST(RoundTrip, KeepsRandomValues) {
  constexpr uint32_t kSeed = 20261124;
  SCOPED_TRACE(absl::StrCat("seed ", kSeed));
  std::mt19937 rng(kSeed);
  for (int i = 0; i < 3000; ++i) {
    const Value v = Random(rng, 4);
    const std::string yaml = Write(v);
    const auto d = Parse(yaml);
    ASSERT_TRUE(d.ok()) << d.status() << " in " << yaml;
    EXPECT_EQ(d->value, v) << yaml;
  }
}

}  // namespace
}  // namespace kaito::yaml
