#include "kaito/runtime/model/generation_config.h"

#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

DecoderConfig Config() {
  return {.vocab_size = 2048, .special = {.bos = 1, .eos = {2}, .pad = 3}};
}

TEST(ParseGenerationConfig, ReadsAListOfEnds) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::string text,
      ReadFile("kaito/runtime/testdata/models/tiny_phi3/generation_config.json",
               1 << 20));
  KAITO_ASSERT_OK_AND_ASSIGN(const GenerationConfig g,
                             ParseGenerationConfig(text, Config()));
  EXPECT_THAT(g.special.eos, ElementsAre(2043, 2044, 2046, 2047));
  EXPECT_EQ(g.special.pad, 2043);
  EXPECT_FALSE(g.temperature.has_value());
}

TEST(ParseGenerationConfig, FallsBackToTheModelsIds) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const GenerationConfig g,
      ParseGenerationConfig(
          R"({"do_sample":true,"temperature":0.6,"top_p":0.9,"top_k":20,
              "pad_token_id":-1})",
          Config()));
  EXPECT_EQ(g.special.bos, 1);
  EXPECT_THAT(g.special.eos, ElementsAre(2));
  EXPECT_EQ(g.special.pad, 3);
  EXPECT_EQ(g.do_sample, true);
  EXPECT_EQ(g.temperature, 0.6);
  EXPECT_EQ(g.top_k, 20);
  EXPECT_EQ(g.top_p, 0.9);
}

TEST(ParseGenerationConfig, RefusesBadValuesByName) {
  const struct {
    const char* text;
    const char* says;
  } cases[] = {
      {R"({"top_p":1.5})", "top_p is 1.5"},
      {R"({"temperature":-1})", "temperature is -1"},
      {R"({"repetition_penalty":0})", "repetition_penalty is 0"},
      {R"({"eos_token_id":[2048]})", "eos_token_id is array"},
      {R"({"eos_token_id":"2"})", "eos_token_id is \"2\""},
      {"[]", "array"},
      {"{", "JSON"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(ParseGenerationConfig(c.text, Config()),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.says)))
        << c.text;
  }
}

}  // namespace
}  // namespace kaito::runtime
