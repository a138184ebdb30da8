#include "kaito/runtime/model/model_config.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/model/decoder_config.h"
#include "kaito/runtime/model/quantization_config.h"
#include "kaito/runtime/model/rope_config.h"
#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOk;
using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string Text(absl::string_view file) {
  auto text =
      ReadFile(absl::StrCat("kaito/runtime/testdata/models/", file), 1 << 20);
  EXPECT_THAT(text, IsOk());
  return text.ok() ? *text : "";
}

DecoderConfig Decoder(absl::string_view file) {
  auto model = ParseModelConfig(Text(file));
  EXPECT_THAT(model, IsOk()) << file;
  return model.ok() ? model->decoder : DecoderConfig();
}

TEST(ParseModelConfig, ReadsBothSpellingsAlike) {
  for (const char* name :
       {"phi3", "phi3_bf16", "phi3_longrope", "phi3_partial", "phi4_mini",
        "llama", "llama_plain", "mistral", "qwen2", "qwen3"}) {
    EXPECT_TRUE(Decoder(absl::StrCat(name, "/config.json")) ==
                Decoder(absl::StrCat(name, "/config.v4.json")))
        << name;
  }
}

TEST(ParseModelConfig, DescribesPhi3) {
  const DecoderConfig c = Decoder("phi3/config.json");
  const DecoderConfig expected = {.family = "phi3",
                                  .hidden_size = 48,
                                  .layers = 2,
                                  .heads = 2,
                                  .kv_heads = 2,
                                  .head_dim = 24,
                                  .intermediate_size = 80,
                                  .vocab_size = 160,
                                  .max_positions = 256,
                                  .norm_epsilon = 1e-5,
                                  .rope = {.rotary_dim = 24, .theta = 10000},
                                  .fused_qkv = true,
                                  .fused_gate_up = true,
                                  .windows = {7, 7},
                                  .special = {.bos = 1, .eos = {2}, .pad = 0},
                                  .dtype = StatedDtype::kF32};
  EXPECT_TRUE(c == expected);
}

TEST(ParseModelConfig, DescribesPartialLongRope) {
  const DecoderConfig c = Decoder("phi4_mini/config.v4.json");
  EXPECT_EQ(c.kv_heads, 2);
  EXPECT_EQ(c.head_dim, 16);
  EXPECT_EQ(c.rope.rotary_dim, 12);
  EXPECT_TRUE(c.tied_embeddings);
  const auto* rope = std::get_if<LongRope>(&c.rope.scaling);
  ASSERT_NE(rope, nullptr);
  EXPECT_THAT(rope->long_factors, ElementsAre(1.5, 2.1, 2.7, 3.3, 3.9, 4.5));
  EXPECT_EQ(rope->original_positions, 32);
  // sqrt(1 + ln(256 / 32) / ln(32)) = sqrt(1.6)
  EXPECT_NEAR(rope->attention_factor, 1.2649110640673518, 1e-12);
}

TEST(ParseModelConfig, DescribesTheOtherFamilies) {
  const DecoderConfig llama = Decoder("llama/config.json");
  EXPECT_FALSE(llama.fused_qkv || llama.qkv_bias || llama.qk_norm);
  EXPECT_TRUE(std::holds_alternative<Llama3Rope>(llama.rope.scaling));
  const DecoderConfig mistral = Decoder("mistral/config.json");
  EXPECT_EQ(mistral.head_dim, 24);  // Stated; 48 / 4 is 12.
  EXPECT_THAT(mistral.windows, ElementsAre(6, 6));
  const DecoderConfig qwen2 = Decoder("qwen2/config.json");
  EXPECT_TRUE(qwen2.qkv_bias && !qwen2.output_bias && !qwen2.mlp_bias);
  const DecoderConfig qwen3 = Decoder("qwen3/config.json");
  EXPECT_TRUE(qwen3.qk_norm && !qwen3.qkv_bias);
  EXPECT_THAT(qwen3.windows, Each(0));
  EXPECT_EQ(Decoder("tiny_phi3/config.json").dtype, StatedDtype::kBf16);
}

TEST(ParseModelConfig, TellsHowTheWeightsAreStored) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ModelConfig nested,
      ParseModelConfig(Text("bnb_nf4_dq_bf16/config.json")));
  EXPECT_EQ(nested.stored.format, WeightFormat::kBnbNf4);
  EXPECT_TRUE(nested.stored.double_quantized);
  KAITO_ASSERT_OK_AND_ASSIGN(const ModelConfig plain,
                             ParseModelConfig(Text("phi3/config.json")));
  EXPECT_EQ(plain.stored.format, WeightFormat::kPlain);
  EXPECT_THAT(plain.warnings, IsEmpty());
}

// Shapes of published models, and the parameters that their pages state.
TEST(WantedTensors, CountTheParametersOfPublishedModels) {
  const struct {
    const char* config;
    int64_t parameters;
  } cases[] = {
      {R"("model_type":"phi3","num_hidden_layers":32,"hidden_size":3072,
          "num_attention_heads":32,"intermediate_size":8192,
          "vocab_size":32064)",
       3821079552},
      {R"("model_type":"phi3","num_hidden_layers":32,"hidden_size":3072,
          "num_attention_heads":24,"num_key_value_heads":8,
          "intermediate_size":8192,"vocab_size":200064,
          "tie_word_embeddings":true)",
       3836021760},
      {R"("model_type":"llama","num_hidden_layers":32,"hidden_size":4096,
          "num_attention_heads":32,"num_key_value_heads":8,
          "intermediate_size":14336,"vocab_size":128256)",
       8030261248},
      {R"("model_type":"mistral","num_hidden_layers":32,"hidden_size":4096,
          "num_attention_heads":32,"num_key_value_heads":8,
          "intermediate_size":14336,"vocab_size":32768)",
       7248023552},
      {R"("model_type":"qwen2","num_hidden_layers":28,"hidden_size":3584,
          "num_attention_heads":28,"num_key_value_heads":4,
          "intermediate_size":18944,"vocab_size":152064)",
       7615616512},
      {R"("model_type":"qwen3","num_hidden_layers":36,"hidden_size":4096,
          "num_attention_heads":32,"num_key_value_heads":8,
          "intermediate_size":12288,"vocab_size":151936)",
       8190735360},
  };
  for (const auto& c : cases) {
    KAITO_ASSERT_OK_AND_ASSIGN(
        const ModelConfig model,
        ParseModelConfig(
            absl::StrCat("{\"max_position_embeddings\":4096,", c.config, "}")));
    int64_t parameters = 0;
    for (const WantedTensor& t : WantedTensors(model.decoder, model.names)) {
      int64_t product = 1;
      for (const int64_t dimension : t.shape) product *= dimension;
      parameters += product;
    }
    EXPECT_EQ(parameters, c.parameters) << c.config;
  }
}

// The model of that file with one member set to a JSON text.
absl::StatusOr<ModelConfig> With(absl::string_view file, const char* name,
                                 const char* value) {
  json::Value config = *json::Parse(Text(file));
  config[name] = *json::Parse(value);
  return ParseModelConfig(json::Write(config));
}

TEST(ParseModelConfig, RefusesBadValuesByName) {
  const struct {
    const char* name;
    const char* value;
    const char* says;
  } cases[] = {
      {"num_attention_heads", "0", "num_attention_heads is 0"},
      {"num_attention_heads", "null", "num_attention_heads is missing"},
      {"num_attention_heads", "\"4\"", "num_attention_heads is \"4\""},
      {"num_key_value_heads", "3", "no multiple of num_key_value_heads 3"},
      {"hidden_size", "-64", "hidden_size is -64"},
      {"hidden_size", "1e30", "hidden_size is "},
      {"num_hidden_layers", "1000000", "num_hidden_layers is 1000000"},
      {"vocab_size", "[]", "vocab_size is array"},
      {"head_dim", "15", "cannot be rotated in pairs"},
      {"rms_norm_eps", "0", "rms_norm_eps is 0"},
      {"hidden_act", "\"gelu\"", "hidden_act is \"gelu\", wanted is silu"},
      {"tie_word_embeddings", "1", "tie_word_embeddings is 1"},
      {"bos_token_id", "160", "bos_token_id is 160"},
      {"eos_token_id", "[2,160]", "eos_token_id is array"},
      {"dtype", "\"int4\"", "dtype is \"int4\""},
      {"architectures", "[\"LlamaForSequenceClassification\"]",
       "LlamaForSequenceClassification"},
      {"rope_theta", "7", "rope_theta is 7 at the top and 10000"},
      {"partial_rotary_factor", "0.5", "partial_rotary_factor is 0.5"},
      {"quantization_config", R"({"quant_method":"gptq"})",
       "quant_method \"gptq\" is not read"},
      {"quantization_config",
       R"({"quant_method":"bitsandbytes","load_in_8bit":true})",
       "load_in_8bit is not read"},
      {"quantization_config",
       R"({"quant_method":"bitsandbytes","load_in_4bit":true})",
       "bnb_4bit_quant_type \"fp4\" is not read"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(With("llama_plain/config.json", c.name, c.value),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.says)))
        << c.name << " " << c.value;
  }
  EXPECT_THAT(With("phi3/config.json", "attention_bias", "true"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("attention_bias is true")));
}

TEST(ParseModelConfig, ListsTheFamiliesItSupports) {
  EXPECT_THAT(ParseModelConfig(Text("gemma2/config.json")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"gemma2\""), HasSubstr("phi3 ("),
                             HasSubstr("qwen3 ("))));
  EXPECT_THAT(
      ParseModelConfig("{}"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("supported are")));
  EXPECT_THAT(ParseModelConfig("[]"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ParseModelConfig, TakesWindowsLayerByLayer) {
  json::Value config = *json::Parse(Text("qwen3/config.json"));
  config["sliding_window"] = 9;  // Not asked for, so it does not count.
  EXPECT_THAT(ParseModelConfig(json::Write(config))->decoder.windows,
              ElementsAre(0, 0));
  config["use_sliding_window"] = true;
  config["layer_types"] =
      *json::Parse(R"(["full_attention","sliding_attention"])");
  EXPECT_THAT(ParseModelConfig(json::Write(config))->decoder.windows,
              ElementsAre(0, 9));
  config["layer_types"] = nullptr;
  config["max_window_layers"] = 1;
  EXPECT_THAT(ParseModelConfig(json::Write(config))->decoder.windows,
              ElementsAre(0, 9));
  config["layer_types"] = *json::Parse(R"(["full_attention"])");
  EXPECT_THAT(ParseModelConfig(json::Write(config)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("layer_types has 1 entries")));
}

TEST(ParseModelConfig, WarnsOfDropout) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const ModelConfig model,
      With("llama_plain/config.json", "attention_dropout", "0.1"));
  EXPECT_THAT(model.warnings, ElementsAre(HasSubstr("attention_dropout 0.1")));
}

}  // namespace
}  // namespace kaito::runtime
