#include "kaito/runtime/adapter/target_match.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/adapter/new_adapter.h"
#include "kaito/runtime/model/decoder_config.h"
#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOk;
using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

DecoderConfig Decoder(absl::string_view family) {
  const bool fused = family == "phi3";
  return {.family = std::string(family),
          .hidden_size = 8,
          .layers = 3,
          .heads = 2,
          .kv_heads = 1,
          .head_dim = 4,
          .intermediate_size = 16,
          .vocab_size = 32,
          .fused_qkv = fused,
          .fused_gate_up = fused};
}

absl::StatusOr<ParsedAdapterConfig> Parse(absl::string_view text) {
  const absl::StatusOr<json::Value> value = json::Parse(text);
  if (!value.ok()) return value.status();
  return ParseAdapterConfig(*value);
}

AdapterConfig Config(absl::string_view text) {
  absl::StatusOr<ParsedAdapterConfig> parsed = Parse(text);
  EXPECT_THAT(parsed, IsOk()) << text;
  return parsed.ok() ? parsed->config : AdapterConfig();
}

absl::StatusOr<TargetMatch> Match(absl::string_view text,
                                  absl::string_view family = "llama") {
  return MatchTargets(Config(text), Decoder(family), TensorNames());
}

// The paths without "model.layers.".
std::vector<std::string> Modules(absl::string_view text,
                                 absl::string_view family = "llama") {
  const absl::StatusOr<TargetMatch> match = Match(text, family);
  EXPECT_THAT(match, IsOk()) << text;
  std::vector<std::string> modules;
  if (!match.ok()) return modules;
  for (const TargetedLinear& t : match->linears) {
    modules.push_back(t.linear.module.substr(13));
  }
  return modules;
}

TEST(MatchTargets, MatchesWholeNamesAtTheEndOfAPath) {
  EXPECT_THAT(Modules(R"({"target_modules": ["q_proj"]})"),
              ElementsAre("0.self_attn.q_proj", "1.self_attn.q_proj",
                          "2.self_attn.q_proj"));
  EXPECT_THAT(Modules(R"({"target_modules": ["1.mlp.up_proj"]})"),
              ElementsAre("1.mlp.up_proj"));
  EXPECT_THAT(Modules(R"({"target_modules": ["model.layers.2.mlp.up_proj"]})"),
              ElementsAre("2.mlp.up_proj"));
  // No end of a component: PEFT does not match "_proj" either.
  EXPECT_THAT(Match(R"({"target_modules": ["proj", "v"]})"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("proj, v"), HasSubstr("q_proj, k_proj"),
                             HasSubstr("3 layers"))));
}

TEST(MatchTargets, TakesAStringAsAPatternForTheWholePath) {
  EXPECT_THAT(Modules(R"({"target_modules": ".*\\.1\\.mlp\\.(gate|up)_proj"})"),
              ElementsAre("1.mlp.gate_proj", "1.mlp.up_proj"));
  EXPECT_THAT(Match(R"({"target_modules": "q_proj"})"),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(
      Match(R"x({"target_modules": "(?!.*q_proj).*"})x"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("look-around")));
}

TEST(MatchTargets, KnowsAllLinear) {
  EXPECT_EQ(Modules(R"({"target_modules": "all-linear"})").size(), 21u);
  EXPECT_EQ(Modules(R"({"target_modules": "All-Linear"})", "phi3").size(), 12u);
}

TEST(MatchTargets, KeepsToTheLayersThatAreNamed) {
  EXPECT_THAT(Modules(R"({"target_modules": ["q_proj"],
                          "layers_to_transform": [0, 2]})"),
              ElementsAre("0.self_attn.q_proj", "2.self_attn.q_proj"));
  EXPECT_THAT(Modules(R"({"target_modules": ["q_proj"],
                          "layers_to_transform": 1,
                          "layers_pattern": ["h", "layers"]})"),
              ElementsAre("1.self_attn.q_proj"));
  // A full path is taken whatever its layer is, as in PEFT.
  EXPECT_THAT(Modules(R"({"target_modules": ["model.layers.2.mlp.up_proj"],
                          "layers_to_transform": 1})"),
              ElementsAre("2.mlp.up_proj"));
  EXPECT_THAT(Match(R"({"target_modules": ["q_proj"],
                        "layers_to_transform": 1, "layers_pattern": "h"})"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("layers_to_transform")));
}

TEST(MatchTargets, LeavesOutWhatIsExcluded) {
  EXPECT_THAT(Modules(R"({"target_modules": ["q_proj", "up_proj"],
                          "exclude_modules": ["q_proj", "0.mlp.up_proj"]})"),
              ElementsAre("1.mlp.up_proj", "2.mlp.up_proj"));
  EXPECT_THAT(Modules(R"({"target_modules": ["q_proj"],
                          "exclude_modules": ".*[01]\\.self_attn.*"})"),
              ElementsAre("2.self_attn.q_proj"));
}

TEST(MatchTargets, NamesTheTargetsThatTheModelLacks) {
  const absl::StatusOr<TargetMatch> match =
      Match(R"({"target_modules": ["k_proj", "q_proj", "o_proj", "up_proj"]})",
            "phi3");
  KAITO_ASSERT_OK(match.status());
  EXPECT_EQ(match->linears.size(), 3u);  // o_proj alone.
  EXPECT_THAT(match->unmatched, ElementsAre("k_proj", "q_proj", "up_proj"));
}

TEST(MatchTargets, RefusesModulesThatAreNoLinears) {
  for (const char* target :
       {"lm_head", "embed_tokens", "mlp", "0", "input_layernorm"}) {
    AdapterConfig config = {.targets = {.names = {"q_proj", target}}};
    EXPECT_THAT(MatchTargets(config, Decoder("llama"), TensorNames()),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr("no linear layer")))
        << target;
  }
}

// The quirk: one key is chosen among both tables, ranks first.
TEST(MatchTargets, LooksUpRankAndAlphaAsPeftDoes) {
  const absl::StatusOr<TargetMatch> match = Match(
      R"({"r": 4, "lora_alpha": 16, "target_modules": ["q_proj", "up_proj"],
          "layers_to_transform": [1],
          "rank_pattern": {"q_proj": 8},
          "alpha_pattern": {"self_attn.q_proj": 2, "up_proj": 3}})");
  KAITO_ASSERT_OK(match.status());
  ASSERT_EQ(match->linears.size(), 2u);
  EXPECT_EQ(match->linears[0].rank, 8);
  EXPECT_EQ(match->linears[0].alpha, 16);
  EXPECT_EQ(match->linears[1].rank, 4);
  EXPECT_EQ(match->linears[1].alpha, 3);
}

TEST(AliasFused, MapsTheSplitNamesToTheFusedOnes) {
  const ModuleSelector split = {
      .names = {"k_proj", "q_proj", "o_proj", "gate_proj", "up_proj"}};
  EXPECT_THAT(AliasFused(split, Decoder("phi3"), TensorNames()).names,
              ElementsAre("qkv_proj", "o_proj", "gate_up_proj"));
  EXPECT_EQ(AliasFused(split, Decoder("llama"), TensorNames()), split);
}

TEST(DefaultTargets, ArePeftsOrAllLinears) {
  EXPECT_THAT(DefaultTargets(Decoder("llama")).names,
              ElementsAre("q_proj", "v_proj"));
  EXPECT_EQ(DefaultTargets(Decoder("phi3")).pattern, "all-linear");
}

TEST(Resolved, SaysTheSameWithTheWordsOfPeft011) {
  const AdapterConfig config = Config(R"({"target_modules": "all-linear",
    "exclude_modules": ["mlp.up_proj"]})");
  const DecoderConfig decoder = Decoder("llama");
  const auto match = MatchTargets(config, decoder, TensorNames());
  KAITO_ASSERT_OK(match.status());
  const AdapterConfig resolved =
      Resolved(config, *match, decoder, TensorNames());
  EXPECT_TRUE(resolved.excluded.empty());
  EXPECT_EQ(resolved.targets.names.size(), 18u);
  EXPECT_THAT(Resolved(Config(R"({"target_modules": "all-linear"})"), *match,
                       Decoder("phi3"), TensorNames())
                  .targets.names,
              ElementsAre("down_proj", "gate_up_proj", "o_proj", "qkv_proj"));
}

TEST(ParseAdapterConfig, RefusesByName) {
  for (const char* text : {
           R"({"use_dora": true})",
           R"({"bias": "all"})",
           R"({"modules_to_save": ["lm_head"]})",
           R"({"fan_in_fan_out": true})",
           R"({"layer_replication": [[0, 1]]})",
           R"({"loftq_config": {"loftq_bits": 4}})",
           R"({"init_lora_weights": "pissa"})",
           R"({"target_parameters": ["experts"]})",
           R"({"peft_type": "IA3"})",
           R"({"task_type": "SEQ_CLS"})",
           R"({"r": 0})",
           R"({"r": 65537})",
           R"({"r": 2.5})",
           R"({"lora_alpha": "x"})",
           R"({"lora_dropout": 1})",
           R"({"rank_pattern": {"q_proj": 0}})",
           R"({"target_modules": [1]})",
           R"({"target_modules": ""})",
           R"({"layers_to_transform": [-1]})",
       }) {
    const std::string key = json::Parse(text)->object()->begin()->name;
    EXPECT_THAT(Parse(text),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(key)))
        << text;
  }
  EXPECT_THAT(
      Parse(R"({"target_modules": "all-linear", "layers_to_transform": 1})"),
      StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Parse("[]"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ParseAdapterConfig, PassesOverWhatHasNoEffectAndNamesWhatIsUnknown) {
  const absl::StatusOr<ParsedAdapterConfig> parsed = Parse(
      R"({"peft_version": "0.20.0", "use_dora": false, "lora_bias": false,
          "target_parameters": null, "new_thing": 1, "r": 3})");
  KAITO_ASSERT_OK(parsed.status());
  EXPECT_THAT(parsed->unknown, ElementsAre("new_thing"));
  EXPECT_EQ(parsed->config.rank, 3);
}

LoraAdapter Adapter(absl::string_view text, uint64_t seed) {
  const AdapterConfig config = Config(text);
  const auto match = MatchTargets(config, Decoder("llama"), TensorNames());
  EXPECT_THAT(match, IsOk());
  return match.ok() ? NewAdapter(config, *match, seed) : LoraAdapter();
}

TEST(NewAdapter, StartsAsPeftDoes) {
  const LoraAdapter adapter = Adapter(
      R"({"r": 64, "lora_alpha": 32, "target_modules": ["down_proj"]})", 1);
  ASSERT_EQ(adapter.modules.size(), 3u);
  const LoraModule& m = adapter.modules[1];
  EXPECT_EQ(m.scale, 0.5);
  EXPECT_EQ(m.role, LinearRole::kDown);
  EXPECT_EQ(m.layer, 1);
  EXPECT_EQ(m.b, std::vector<float>(8 * 64));
  // Uniform in +-1/sqrt(16): all within, mean 0, variance a third of 1/16.
  double sum = 0;
  double squares = 0;
  for (const float x : m.a) {
    EXPECT_LE(std::fabs(x), 0.25f);
    sum += x;
    squares += double{x} * x;
  }
  const double count = 64 * 16;
  EXPECT_NEAR(sum / count, 0, 0.02);
  EXPECT_NEAR(squares / count, 1.0 / 48, 0.002);
}

TEST(NewAdapter, DrawsGaussianAndRandomWhereAsked) {
  const LoraAdapter gaussian = Adapter(
      R"({"r": 64, "target_modules": ["down_proj"],
          "init_lora_weights": "gaussian", "use_rslora": true})",
      1);
  double squares = 0;
  for (const float x : gaussian.modules[0].a) squares += double{x} * x;
  EXPECT_NEAR(std::sqrt(squares / (64 * 16)), 1.0 / 64, 0.002);
  EXPECT_EQ(gaussian.modules[0].scale, 1.0);  // 8 / sqrt(64)

  const LoraAdapter random = Adapter(
      R"({"r": 4, "target_modules": ["q_proj"], "init_lora_weights": false})",
      1);
  EXPECT_NE(random.modules[0].b, std::vector<float>(8 * 4));
}

TEST(NewAdapter, DependsOnSeedAndNameAlone) {
  constexpr absl::string_view kOne =
      R"({"r": 2, "target_modules": ["q_proj"]})";
  constexpr absl::string_view kTwo =
      R"({"r": 2, "target_modules": ["q_proj", "down_proj"]})";
  const LoraAdapter one = Adapter(kOne, 7);
  const LoraAdapter two = Adapter(kTwo, 7);
  EXPECT_EQ(one.modules[0].a, two.modules[0].a);
  EXPECT_EQ(one.modules[1].a, two.modules[2].a);
  EXPECT_NE(one.modules[0].a, one.modules[1].a);
  EXPECT_NE(one.modules[0].a, Adapter(kOne, 8).modules[0].a);
}

}  // namespace
}  // namespace kaito::runtime
