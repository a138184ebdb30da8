#include "kaito/runtime/weights/safetensors_header.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/weights/dtype.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

std::string Length(uint64_t n) {
  std::string bytes(sizeof(n), '\0');
  std::memcpy(bytes.data(), &n, sizeof(n));
  return bytes;
}

std::string File(absl::string_view json, size_t data_bytes) {
  return absl::StrCat(Length(json.size()), json, std::string(data_bytes, 'x'));
}

std::string Entry(absl::string_view dtype, absl::string_view shape,
                  absl::string_view offsets) {
  return absl::StrCat(R"({"dtype":")", dtype, R"(","shape":)", shape,
                      R"(,"data_offsets":)", offsets, "}");
}

TEST(ParseSafetensorsHeader, ReadsTensorsInTheOrderOfTheirBytes) {
  const std::string json = absl::StrCat(
      R"({"__metadata__":{"format":"pt"},"b":)",
      Entry("F32", "[2,3]", "[2,26]"), R"(,"a":)", Entry("BF16", "[]", "[0,2]"),
      R"(,"empty":)", Entry("I64", "[0,7]", "[2,2]"), "}   ");
  KAITO_ASSERT_OK_AND_ASSIGN(const SafetensorsHeader header,
                             ParseSafetensorsHeader(File(json, 26)));
  ASSERT_EQ(header.tensors.size(), 3u);
  EXPECT_EQ(header.tensors[0].name, "a");
  EXPECT_EQ(header.tensors[0].dtype, Dtype::kBf16);
  EXPECT_TRUE(header.tensors[0].shape.empty());
  EXPECT_EQ(header.tensors[1].name, "empty");
  EXPECT_EQ(header.tensors[2].name, "b");
  EXPECT_THAT(header.tensors[2].shape, ElementsAre(2, 3));
  EXPECT_EQ(header.tensors[2].begin, 2);
  EXPECT_EQ(header.tensors[2].end, 26);
  EXPECT_THAT(header.metadata, ElementsAre(Pair("format", "pt")));
  EXPECT_EQ(header.data_begin, static_cast<int64_t>(8 + json.size()));
}

TEST(ParseSafetensorsHeader, ReadsAFileWithoutTensors) {
  EXPECT_THAT(ParseSafetensorsHeader(File("{}", 0)), testing::IsOk());
}

TEST(ParseSafetensorsHeader, RefusesWhatIsNoHeader) {
  const struct {
    std::string file;
    const char* says;
  } cases[] = {
      {"", "0 bytes"},
      {"1234567", "7 bytes"},
      {absl::StrCat(Length(30), "{}"), "30 bytes is stated, the file has 10"},
      {absl::StrCat(Length(100'000'001), "{}"), "100000001 bytes is stated"},
      {absl::StrCat(Length(~uint64_t{0}), "{}"), "18446744073709551615"},
      {"PK\x03\x04 not safetensors at all", "is this a safetensors file?"},
      {File("", 0), "'{'"},
      {File(" {}", 0), "'{'"},
      {File("[]", 0), "'{'"},
      {File("{", 0), "JSON"},
      {File("{} {}", 0), "JSON"},
      {File("{\"\xff\":1}", 0), "JSON"},
      {File(absl::StrCat(R"({"a":)", std::string(10000, '['), "}"), 0),
       "nested"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(ParseSafetensorsHeader(c.file),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.says)))
        << c.says;
  }
}

TEST(ParseSafetensorsHeader, RefusesEntriesThatAreWrong) {
  const struct {
    std::string entry;
    const char* says;
  } cases[] = {
      {"null", "lacks dtype"},
      {"7", ""},
      {"{}", "lacks dtype"},
      {R"({"dtype":"F32"})", "lacks shape"},
      {R"({"dtype":"F32","shape":[1]})", "lacks data_offsets"},
      {R"({"dtype":7,"shape":[1],"data_offsets":[0,4]})", "dtype is integer"},
      {R"({"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]})",
       "dtype is there twice"},
      {Entry("F31", "[1]", "[0,4]"), "\"F31\" is none of"},
      {Entry("F32", "null", "[0,4]"), "shape is null"},
      {Entry("F32", "{}", "[0,4]"), "shape is object"},
      {Entry("F32", "[-1]", "[0,4]"), "shape holds -1"},
      {Entry("F32", "[1.5]", "[0,4]"), "shape holds 1.5"},
      {Entry("F32", "[\"1\"]", "[0,4]"), "shape holds \"1\""},
      {Entry("F32", "[18446744073709551616]", "[0,4]"), "no size below 2^63"},
      {Entry("F32", "[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", "[0,4]"),
       "17 numbers"},
      {Entry("F32", "[4611686018427387905,4]", "[0,4]"), "more than 2^63"},
      {Entry("F32", "[4611686018427387905]", "[0,4]"), "more than 2^60"},
      {Entry("F32", "[2]", "[0,4]"), "has 8 bytes, data_offsets [0, 4] hold 4"},
      {Entry("F4", "[3]", "[0,4]"), "no whole bytes"},
      {Entry("F32", "[1]", "[4,0]"), "reversed"},
      {Entry("F32", "[1]", "[0]"), "1 numbers instead of 2"},
      {Entry("F32", "[1]", "[0,4,4]"), "3 numbers instead of 2"},
      {Entry("F32", "[1]", "[-4,0]"), "data_offsets holds -4"},
      {Entry("F32", "[2]", "[0,8]"), "end behind the data, which has 4"},
      {Entry("F32", "[1]", "[9223372036854775807,9223372036854775807]"),
       "end behind the data"},
  };
  for (const auto& c : cases) {
    const std::string file = File(absl::StrCat(R"({"w\n":)", c.entry, "}"), 4);
    EXPECT_THAT(
        ParseSafetensorsHeader(file),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 ::testing::AllOf(HasSubstr("tensor \"w\\n\": "),
                                  HasSubstr(c.says), Not(HasSubstr("\n")))))
        << c.entry;
  }
}

TEST(ParseSafetensorsHeader, RefusesTensorsThatDoNotTileTheData) {
  const std::string four = Entry("F32", "[1]", "[0,4]");
  const struct {
    std::string json;
    size_t data;
    const char* says;
  } cases[] = {
      {absl::StrCat(R"({"a":)", four, R"(,"b":)", Entry("F32", "[1]", "[2,6]"),
                    "}"),
       6, "\"b\": starts at byte 2 and overlaps tensor \"a\", which ends at 4"},
      {absl::StrCat(R"({"a":)", four, R"(,"b":)", four, "}"), 4, "overlaps"},
      {absl::StrCat(R"({"a":)", four, R"(,"b":)", Entry("F32", "[1]", "[5,9]"),
                    "}"),
       9, "the bytes from 4 up to it belong to no tensor"},
      {absl::StrCat(R"({"a":)", four, "}"), 5, "the tensors end at 4"},
      {"{}", 1, "the tensors end at 0"},
      {absl::StrCat(R"({"a":)", four, R"(,"a":)", four, "}"), 4,
       "\"a\": is there twice"},
      {absl::StrCat(R"({"a":)", four, R"(,"\u0061":)", four, "}"), 4,
       "\"a\": is there twice"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(ParseSafetensorsHeader(File(c.json, c.data)),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.says)))
        << c.json;
  }
}

TEST(ParseSafetensorsHeader, RefusesMetadataOtherThanStrings) {
  for (const char* json :
       {R"({"__metadata__":{"a":1}})", R"({"__metadata__":{"a":null}})",
        R"({"__metadata__":[]})", R"({"__metadata__":{"a":"","a":""}})",
        R"({"__metadata__":{},"__metadata__":{}})"}) {
    EXPECT_THAT(ParseSafetensorsHeader(File(json, 0)),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << json;
  }
}

TEST(ParseSafetensorsHeader, RefusesLongNamesWithoutRepeatingThem) {
  const std::string name(kMaxTensorNameBytes + 1, 'n');
  const absl::StatusOr<SafetensorsHeader> header = ParseSafetensorsHeader(File(
      absl::StrCat("{\"", name, "\":", Entry("F32", "[1]", "[0,4]"), "}"), 4));
  EXPECT_THAT(header, StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("1025 bytes, the limit is 1024")));
  EXPECT_LT(header.status().message().size(), 300u);
}

}  // namespace
}  // namespace kaito::runtime
