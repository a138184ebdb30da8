#include "kaito/api/meta/quantity.h"

#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/openapi.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::api {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;
using Format = Quantity::Format;

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

Quantity Q(absl::string_view text) {
  const auto quantity = Quantity::Parse(text);
  EXPECT_TRUE(quantity.ok()) << quantity.status();
  return quantity.value_or(Quantity());
}

struct Row {
  const char* given;
  const char* canonical;
};

// What apimachinery prints for each of these.
constexpr Row kCanonical[] = {
    {"0", "0"},
    {"00", "0"},
    {"0Ki", "0"},
    {"0n", "0"},
    {"-0", "0"},
    {"1", "1"},
    {"+1", "1"},
    {"1.", "1"},
    {".5", "500m"},
    {"0.5", "500m"},
    {"1000m", "1"},
    {"1500m", "1500m"},
    {"1.08", "1080m"},
    {"1000u", "1m"},
    {"1080000000n", "1080m"},
    {"1000", "1k"},
    {"1001", "1001"},
    {"1000M", "1G"},
    {"0.001T", "1G"},
    {"1234567M", "1234567M"},
    {"100.035k", "100035"},
    {"7.123456M", "7123456"},
    {"1.01E", "1010P"},
    {"12E", "12E"},
    {"1000E", "1e21"},
    {"1000000E", "1e24"},
    {"1Ki", "1Ki"},
    {"1024", "1024"},
    {"1023Ki", "1023Ki"},
    {"1024Ki", "1Mi"},
    {"1024Mi", "1Gi"},
    {"307200Ki", "300Mi"},
    {"1025024Mi", "1001Gi"},
    {"1024Gi", "1Ti"},
    {"1.5Gi", "1536Mi"},
    {"0.5Ki", "512"},
    {"0.5Mi", "512Ki"},
    {"0.1Gi", "107374182400m"},
    {"100.035Ki", "102435840m"},
    {"3Ei", "3Ei"},
    {".001Ki", "1024m"},
    {".000001Ki", "1024u"},
    {".000000000001Ki", "2n"},
    {"9Ei", "9223372036854775807"},
    {"9223372036854775807Ki", "9223372036854775807"},
    {"1e3", "1e3"},
    {"1E6", "1e6"},
    {"1e14", "100e12"},
    {"1.3E+6", "1300e3"},
    {".001e12", "1e9"},
    {"0.5e0", "500e-3"},
    {"1000e-12", "1e-9"},
    {"80e-3", "80e-3"},
    {"1e0", "1"},
    {"3.001n", "4n"},
    {"0.0000000001", "1n"},
    {"0.9n", "1n"},
    {"1.1E-9", "2e-9"},
    {"0.00000012345", "124n"},
    {"9223372036854775808", "9223372036854775808"},
};

TEST(Quantity, PrintsTheCanonicalForm) {
  for (const Row& row : kCanonical) {
    EXPECT_EQ(Q(row.given).ToString(), row.canonical) << row.given;
    // Canonical text stays as it is, and means the same.
    EXPECT_EQ(Q(row.canonical).ToString(), row.canonical);
    EXPECT_EQ(Q(row.canonical), Q(row.given)) << row.given;
    if (row.given[0] == '-' || row.given[0] == '+' ||
        Q(row.given).sign() == 0) {
      continue;
    }
    const std::string negative = absl::StrCat("-", row.given);
    EXPECT_EQ(Q(negative).ToString(), absl::StrCat("-", row.canonical));
    EXPECT_EQ(Q(negative) + Q(row.given), Quantity()) << row.given;
  }
}

TEST(Quantity, RefusesWhatIsNone) {
  for (const char* bad : {"",      "-",     "+",
                          ".",     "-.",    "Ki",
                          "e3",    "1.1.M", "1+1.0M",
                          "0.1mi", "0.1am", "aoeu",
                          ".5i",   "1i",    "-3.01e-",
                          "1e",    "1e+",   "1e3.5",
                          "1e--3", "1e 3",  " 1",
                          "1 ",    "1K",    "1g",
                          "0x10",  "--1",   "1e99999999999",
                          "inf",   "nan",   "1,5",
                          "1Kib"}) {
    EXPECT_THAT(Quantity::Parse(bad),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("not a quantity")))
        << bad;
  }
  EXPECT_THAT(Quantity::Parse(std::string(200, '1')),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(Quantity, HasADefinedRange) {
  EXPECT_EQ(Q("9999999999999999999999999999").ToString(),
            "9999999999999999999999999999");
  for (const char* bad : {"1e28", "-1e28", "10000000000E", "1e9999",
                          "9999999999999999999999999999.9999999999"}) {
    EXPECT_THAT(Quantity::Parse(bad),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("less than 1e28")))
        << bad;
  }
  // Too small is not an error: some of it was asked for.
  EXPECT_EQ(Q("1e-9999").ToString(), "1e-9");

  const Quantity huge = Q("9000000000E");
  EXPECT_EQ((huge + huge).ToString(), (huge * 9).ToString());
  EXPECT_EQ((huge * -9).ToString(), (Quantity() - huge - huge).ToString());
  EXPECT_GT(huge + huge, huge);
  EXPECT_EQ(Quantity(kMax) * std::numeric_limits<int64_t>::min(),
            Quantity() - (huge + huge));
}

TEST(Quantity, RoundsValuesAwayFromZero) {
  EXPECT_EQ(Q("1").Value(), 1);
  EXPECT_EQ(Q("1n").Value(), 1);
  EXPECT_EQ(Q("1500m").Value(), 2);
  EXPECT_EQ(Q("-1500m").Value(), -2);
  EXPECT_EQ(Q("16Gi").Value(), int64_t{16} << 30);
  EXPECT_EQ(Q("500m").MilliValue(), 500);
  EXPECT_EQ(Q("1u").MilliValue(), 1);
  EXPECT_EQ(Q("2").MilliValue(), 2000);
  EXPECT_EQ(Q("1e21").Value(), kMax);
  EXPECT_EQ(Q("-1e21").Value(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(Quantity(kMax).MilliValue(), kMax);
  EXPECT_EQ(Quantity(kMax).Value(), kMax);
}

TEST(Quantity, ComparesByAmount) {
  EXPECT_EQ(Q("1024Mi"), Q("1Gi"));
  EXPECT_EQ(Q("1000m"), Q("1e0"));
  EXPECT_LT(Q("999m"), Q("1"));
  EXPECT_LT(Q("-1"), Q("0"));
  EXPECT_GT(Q("10000T"), Q("100Gi"));
  EXPECT_NE(Q("1n"), Q("0"));
}

TEST(Quantity, AddsAndMultipliesInTheFirstFormat) {
  EXPECT_EQ((Q("1Gi") + Q("512Mi")).ToString(), "1536Mi");
  EXPECT_EQ((Q("1Gi") - Q("1")).ToString(), "1073741823");
  EXPECT_EQ((Q("0") + Q("1Gi")).ToString(), "1Gi");
  EXPECT_EQ((Q("1Gi") + Q("0")).ToString(), "1Gi");
  EXPECT_EQ((Q("0") - Q("1Gi")).ToString(), "-1Gi");
  EXPECT_EQ((Q("100m") + Q("900m")).ToString(), "1");
  EXPECT_EQ((Q("250m") * 8).ToString(), "2");
  EXPECT_EQ((Q("80Gi") * 0).ToString(), "0");
  EXPECT_EQ((Q("80Gi") * 8).ToString(), "640Gi");
  EXPECT_EQ(Quantity(4096, Format::kBinarySi).ToString(), "4Ki");
  EXPECT_EQ(Quantity::Milli(1500).ToString(), "1500m");
}

// An oracle apart from the parser: amounts as exact fractions in 64 bits.
TEST(Quantity, AgreesWithIntegerArithmetic) {
  std::mt19937 random(20261124);
  const struct {
    const char* suffix;
    int64_t nanos;
  } kUnits[] = {{"n", 1},
                {"u", 1000},
                {"m", 1000000},
                {"", 1000000000},
                {"k", 1000000000000}};
  for (int i = 0; i < 2000; ++i) {
    const auto& a = kUnits[random() % 5];
    const auto& b = kUnits[random() % 5];
    const int64_t m = random() % 100000;
    const int64_t n = random() % 100000;
    const Quantity x = Q(absl::StrCat(m, a.suffix));
    const Quantity y = Q(absl::StrCat(n, b.suffix));
    const int64_t sum = m * a.nanos + n * b.nanos;
    EXPECT_EQ(x + y, Q(absl::StrCat(sum, "n"))) << x.ToString();
    EXPECT_EQ(x < y, m * a.nanos < n * b.nanos);
    EXPECT_EQ((x + y).Value(), (sum + 999999999) / 1000000000);
  }
}

TEST(Quantity, IsWrittenAsItCame) {
  // An immutable field must not change its text by being read and written.
  for (const char* text :
       {R"({"a":"1024Gi","b":"0.5","c":4,"d":"1e3","e":"0"})"}) {
    const auto value = json::Parse(text);
    ASSERT_TRUE(value.ok());
    using Map = std::map<std::string, Quantity>;
    Map map;
    DecodeContext context;
    TypeFor<Map>().Decode(*value, &map, context);
    EXPECT_TRUE(context.errors().empty()) << context.errors().ToString();
    EXPECT_EQ(Encode(map), *value);
    EXPECT_EQ(map["a"].ToString(), "1Ti");
    // What is computed has the canonical form.
    EXPECT_EQ(Encode(map["a"] + map["e"]), json::Value("1Ti"));
  }
}

TEST(Quantity, DecodesWhatAServerTakes) {
  EXPECT_EQ(Decode<Quantity>(json::Value(" 1 ")).object, Q("1"));
  EXPECT_EQ(Decode<Quantity>(json::Value(0.5)).object, Q("500m"));
  EXPECT_THAT(Decode<Quantity>(json::Value("x")).errors.ToString(),
              HasSubstr("not a quantity"));
  EXPECT_FALSE(Decode<Quantity>(json::Value(true)).errors.empty());
}

TEST(Quantity, HasAnIntOrStringSchemaWithAPattern) {
  const json::Value schema = OpenApiSchema(TypeFor<Quantity>(), {});
  EXPECT_NE(schema.Find("x-kubernetes-int-or-string"), nullptr);
  EXPECT_THAT(std::string(schema.StringAt({"pattern"})),
              HasSubstr("[KMGTPE]i"));
}

}  // namespace
}  // namespace kaito::api
