#include "kaito/runtime/model/rope_config.h"

#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/rope/rope_table.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<RopeConfig> Parse(absl::string_view text) {
  return ParseRopeConfig(
      *json::Parse(text),
      {.head_dim = 8, .max_positions = 131072, .partial = true});
}

constexpr const char* kLong =
    R"({"original_max_position_embeddings":4096,"rope_scaling":
        {"type":"su","short_factor":[1,1,1,1],"long_factor":[1,2,3,4]}})";

TEST(ParseRopeConfig, ReadsTheFirstNamesOfLongrope) {
  KAITO_ASSERT_OK_AND_ASSIGN(const RopeConfig rope, Parse(kLong));
  EXPECT_EQ(rope.theta, 10000);
  ASSERT_TRUE(std::holds_alternative<LongRope>(rope.scaling));
  // As published for Phi-3 128k.
  EXPECT_NEAR(std::get<LongRope>(rope.scaling).attention_factor, 1.1902, 5e-5);
}

TEST(MakeRopeSpec, TakesTheFactorsForTheLongestText) {
  KAITO_ASSERT_OK_AND_ASSIGN(const RopeConfig rope, Parse(kLong));
  EXPECT_THAT(
      std::get<kernels::RopeLong>(MakeRopeSpec(rope, 4096).scaling).stretch,
      ElementsAre(1, 1, 1, 1));
  EXPECT_THAT(
      std::get<kernels::RopeLong>(MakeRopeSpec(rope, 4097).scaling).stretch,
      ElementsAre(1, 2, 3, 4));
}

TEST(ParseRopeConfig, RefusesWhatItCannotCompute) {
  const struct {
    const char* text;
    const char* says;
  } cases[] = {
      {R"({"rope_scaling":{"type":"linear","factor":2}})",
       "rope_scaling.type is \"linear\""},
      {R"({"rope_parameters":{"rope_type":"yarn","factor":2}})",
       "rope_parameters.rope_type is \"yarn\""},
      {R"({"rope_parameters":7})", "rope_parameters is 7"},
      {R"({"rope_parameters":{},"rope_scaling":{"type":"linear"}})",
       "both there"},
      {R"({"rope_theta":1})", "rope_theta is 1"},
      {R"({"partial_rotary_factor":0.4})", "is 3, which cannot"},
      {R"({"rope_parameters":{"rope_type":"llama3","factor":8}})",
       "rope_parameters.low_freq_factor is missing"},
      {R"({"rope_parameters":{"rope_type":"llama3","factor":8,
           "low_freq_factor":4,"high_freq_factor":4,
           "original_max_position_embeddings":32}})",
       "high_freq_factor is 4"},
      {R"({"rope_parameters":{"rope_type":"longrope","short_factor":[1],
           "long_factor":[1]}})",
       "short_factor has 1 entries"},
      {R"({"rope_parameters":{"rope_type":"longrope","short_factor":[1,1,1,0],
           "long_factor":[1,1,1,1]}})",
       "short_factor[3] is 0"},
      {R"({"rope_parameters":{"rope_type":"longrope","short_factor":[1,1,1,1],
           "long_factor":[1,1,1,1]}})",
       "original_max_position_embeddings is missing"},
      {R"({"rope_parameters":{"rope_type":"longrope","short_mscale":1}})",
       "short_mscale"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(Parse(c.text),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.says)))
        << c.text;
  }
}

}  // namespace
}  // namespace kaito::runtime
