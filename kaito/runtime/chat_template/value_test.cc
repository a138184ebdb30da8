// Arena, Value, Dict, and JSON as values.
#include "kaito/runtime/chat_template/value.h"

#include <cstdint>
#include <limits>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/json_value.h"

namespace kaito::runtime::jinja {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

TEST(Arena, KeepsItsPromises) {
  Arena arena(1 << 20);
  EXPECT_TRUE(arena.Fits(1 << 20));
  EXPECT_FALSE(arena.Fits((1 << 20) + 1));
  EXPECT_NE(arena.Allocate(0), nullptr);
  for (int i = 1; i < 300; ++i) {
    const auto at = reinterpret_cast<uintptr_t>(arena.Allocate(i));
    EXPECT_EQ(at % 8, 0u);
  }
  EXPECT_EQ(arena.Copy("text"), "text");
  const int64_t used = arena.used();
  EXPECT_GT(used, 300 * 299 / 2);
  arena.Allocate(int64_t{2} << 20);  // Beyond the limit, which is the caller's.
  EXPECT_FALSE(arena.Fits(0));
}

TEST(Dict, KeepsOrderAndLastValue) {
  Arena arena(1 << 20);
  Dict* const dict = NewDict(arena);
  for (const char* key : {"z", "a", "m"}) {
    dict->Set(arena, Value::String(key), Value::Int(1));
  }
  dict->Set(arena, Value::String("z"), Value::Int(2));
  ASSERT_EQ(dict->size(), 3);
  EXPECT_EQ(dict->entries()[0].key.text(), "z");
  EXPECT_EQ(dict->entries()[0].value.integer(), 2);
  EXPECT_EQ(dict->entries()[2].key.text(), "m");
  EXPECT_EQ(dict->Find("q"), nullptr);
}

TEST(Dict, FindsAmongManyKeysOfAnyKind) {
  Arena arena(1 << 20);
  Dict* const dict = NewDict(arena);
  for (int64_t i = 0; i < 1000; ++i) {
    dict->Set(arena, CopyString(arena, absl::StrCat("k", i)), Value::Int(i));
    dict->Set(arena, Value::Int(i), Value::Int(-i));
  }
  ASSERT_EQ(dict->size(), 2000);
  for (int64_t i = 0; i < 1000; ++i) {
    ASSERT_NE(dict->Find(absl::StrCat("k", i)), nullptr);
    EXPECT_EQ(dict->Find(absl::StrCat("k", i))->integer(), i);
    ASSERT_NE(dict->Find(Value::Float(static_cast<double>(i))), nullptr);
    EXPECT_EQ(dict->Find(Value::Float(static_cast<double>(i)))->integer(), -i);
  }
  EXPECT_EQ(dict->Find(Value::Bool(true))->integer(), -1);
  EXPECT_EQ(dict->Find(Value::Float(1.5)), nullptr);
}

TEST(KeysEqual, ComparesAsPython) {
  Arena arena(1 << 20);
  const Value pair[] = {Value::Int(1), Value::String("x")};
  const Value other_pair[] = {Value::Float(1), Value::String("x")};
  EXPECT_TRUE(KeysEqual(Value::Int(1), Value::Bool(true)));
  EXPECT_TRUE(KeysEqual(NewTuple(arena, pair), NewTuple(arena, other_pair)));
  EXPECT_FALSE(KeysEqual(Value::Int(1), Value::String("1")));
  EXPECT_FALSE(KeysEqual(Value::None(), Value::Bool(false)));
  EXPECT_TRUE(IsHashable(NewTuple(arena, pair)));
  const Value with_list[] = {NewList(arena, {Value::Int(1)})};
  EXPECT_FALSE(IsHashable(NewTuple(arena, with_list)));
}

TEST(IsHashable, EndsOnATupleThatSharesItself) {
  Arena arena(1 << 20);
  Value tuple = Value::Int(1);
  for (int i = 0; i < 60; ++i) {
    const Value twice[] = {tuple, tuple};
    tuple = NewTuple(arena, twice);
  }
  EXPECT_FALSE(IsHashable(tuple));
}

TEST(CompareIntFloat, IsExact) {
  constexpr int64_t kBig = (int64_t{1} << 53) + 1;
  EXPECT_EQ(CompareIntFloat(kBig, 9007199254740992.0), 1);
  EXPECT_EQ(CompareIntFloat(kBig - 1, 9007199254740992.0), 0);
  EXPECT_EQ(CompareIntFloat(1, 1.5), -1);
  EXPECT_EQ(CompareIntFloat(-1, -1.5), 1);
  EXPECT_EQ(CompareIntFloat(std::numeric_limits<int64_t>::max(), 1e300), -1);
  EXPECT_EQ(CompareIntFloat(std::numeric_limits<int64_t>::min(),
                            -9223372036854775808.0),
            0);
  EXPECT_EQ(CompareIntFloat(0, std::numeric_limits<double>::quiet_NaN()), 2);
}

TEST(ParseJsonValue, ReadsEveryTypeInTheOrderOfTheText) {
  Arena arena(1 << 20);
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Value value,
      ParseJsonValue(R"({"z":[null,true,1,1.0,"é"],"a":{},"z2":[],"a":5})",
                     arena));
  const auto entries = value.dict().entries();
  ASSERT_EQ(entries.size(), 3u);
  EXPECT_EQ(entries[0].key.text(), "z");
  EXPECT_EQ(entries[1].key.text(), "a");
  EXPECT_EQ(entries[1].value.integer(), 5);
  const auto items = entries[0].value.sequence().span();
  ASSERT_EQ(items.size(), 5u);
  EXPECT_TRUE(items[0].is_none());
  EXPECT_TRUE(items[1].boolean());
  EXPECT_TRUE(items[2].is_int());
  EXPECT_TRUE(items[3].is_float());
  EXPECT_EQ(items[4].text(), "é");
}

TEST(ParseJsonValue, RefusesWhatDoesNotFit) {
  Arena arena(1 << 20);
  EXPECT_THAT(ParseJsonValue("{", arena),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ParseJsonValue("[9223372036854775808]", arena),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("9223372036854775807")));
  Arena small(1 << 10);
  EXPECT_THAT(
      ParseJsonValue(absl::StrCat("\"", std::string(5000, 'x'), "\""), small),
      StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(
      ParseJsonValue("[1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,"
                     "5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,"
                     "0,1,2,3,4,5,6,7,8,9,0,1,2,3,4,5,6,7,8,9,0]",
                     small),
      StatusIs(absl::StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace kaito::runtime::jinja
