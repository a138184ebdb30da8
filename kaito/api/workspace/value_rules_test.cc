// The small rules about single values, each asked by itself.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/credential.h"
#include "kaito/api/workspace/data_url.h"
#include "kaito/api/workspace/defaults.h"
#include "kaito/api/workspace/inference_config.h"
#include "kaito/api/workspace/inference_rules.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/node_labels.h"
#include "kaito/api/workspace/output_image.h"
#include "kaito/api/workspace/partition.h"
#include "kaito/api/workspace/retired_instance_types.h"
#include "kaito/api/workspace/training_config.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::api {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;

constexpr auto kBad = absl::StatusCode::kInvalidArgument;

json::Value Json(absl::string_view text) {
  auto value = json::Parse(text);
  EXPECT_TRUE(value.ok()) << value.status();
  return *value;
}

TEST(ResolveOutputDir, StaysBelowMnt) {
  const std::map<std::string, std::string> good = {
      {"results", "/mnt/results"},
      {"/mnt/results", "/mnt/results"},
      {"/mnt//results/", "/mnt/results"},
      {"/results", "/mnt/results"},
      {"./a/../b", "/mnt/b"},
      {"/mnt/a/../../mnt/b", "/mnt/b"},
      {"mnt/a", "/mnt/mnt/a"},
      {"/mntx", "/mnt/mntx"},
      {"..x", "/mnt/..x"},
      {"database", "/mnt/database"},
  };
  for (const auto& [dir, path] : good) {
    EXPECT_THAT(ResolveOutputDir(dir), IsOkAndHolds(path)) << dir;
  }
  for (const char* bad :
       {"../mntx", "/mnt/../mntx", "..", "../../etc", "/mnt/a/../../mntx/y"}) {
    EXPECT_THAT(ResolveOutputDir(bad), StatusIs(kBad, HasSubstr("leaves /mnt")))
        << bad;
  }
  for (const char* bad : {"", "/", ".", "/mnt", "/mnt/", "a/.."}) {
    EXPECT_THAT(ResolveOutputDir(bad), StatusIs(kBad, HasSubstr("itself")))
        << bad;
  }
  EXPECT_THAT(ResolveOutputDir("/mnt/data/x"),
              StatusIs(kBad, HasSubstr("lies in /mnt/data")));
  EXPECT_THAT(ResolveOutputDir("a\nb"), StatusIs(kBad, HasSubstr("control")));
}

TEST(ValidateTrainingConfig, KnowsWhichQuantisationAMethodNeeds) {
  const struct {
    TuningMethod method;
    const char* quantization;
    const char* problem;  // nullptr: none.
  } cases[] = {
      {TuningMethod::kQlora, R"({"load_in_4bit":true})", nullptr},
      {TuningMethod::kQlora, R"({"load_in_8bit":true,"load_in_4bit":null})",
       nullptr},
      {TuningMethod::kQlora, R"({"load_in_4bit":false})", "method qlora"},
      {TuningMethod::kQlora, "null", "method qlora"},
      {TuningMethod::kQlora, R"({"load_in_4bit":true,"load_in_8bit":true})",
       "exclude each other"},
      {TuningMethod::kQlora, R"({"load_in_4bit":1})",
       "QuantizationConfig.load_in_4bit: expected true or false, found "
       "integer"},
      {TuningMethod::kLora, "null", nullptr},
      {TuningMethod::kLora, R"({"load_in_8bit":true})", "method lora"},
      {TuningMethod::kLora, R"([1])", "expected a map, found array"},
  };
  for (const auto& c : cases) {
    const FieldErrors errors = ValidateTrainingConfig(
        Json(absl::StrCat(R"({"training_config":{"QuantizationConfig":)",
                          c.quantization, "}}")),
        c.method, "recipe");
    if (c.problem == nullptr) {
      EXPECT_THAT(errors.errors(), IsEmpty()) << c.quantization;
      continue;
    }
    ASSERT_EQ(errors.size(), 1u) << errors.ToString();
    EXPECT_EQ(errors.errors()[0].path, "tuning.Config");
    EXPECT_THAT(errors.errors()[0].message, HasSubstr(c.problem));
    EXPECT_THAT(errors.errors()[0].message, HasSubstr("\"recipe\""));
  }
}

TEST(ValidateTrainingConfig, WantsAMapAndReadableValues) {
  for (const char* bad : {"null", "[]", "{}", R"({"training_config":"x"})"}) {
    EXPECT_THAT(
        ValidateTrainingConfig(Json(bad), TuningMethod::kLora, "c").ToString(),
        HasSubstr("a map under the key training_config"))
        << bad;
  }
  EXPECT_THAT(
      ValidateTrainingConfig(Json(R"({"training_config":{)"
                                  R"("TrainingArguments":{"output_dir":7}}})"),
                             TuningMethod::kLora, "c")
          .ToString(),
      HasSubstr("output_dir: expected a string, found integer"));
}

TEST(ValidateInferenceConfig, BoundsTheContextByTheModel) {
  const auto problem = [](const char* config) {
    return ValidateInferenceConfig(Json(config), 4096, "c").ToString();
  };
  for (const char* good :
       {"null", "{}", R"({"vllm":null})", R"({"vllm":{}})",
        R"({"vllm":{"max-model-len":4096}})",
        R"({"vllm":{"max-model-len":"auto"}})", R"({"other":1})"}) {
    EXPECT_EQ(problem(good), "") << good;
  }
  EXPECT_THAT(problem("[]"), HasSubstr("expected a map, found array"));
  EXPECT_THAT(problem(R"({"vllm":1})"), HasSubstr("vllm: expected a map"));
  EXPECT_THAT(problem(R"({"vllm":{"max-model-len":0}})"),
              HasSubstr("expected a number of tokens"));
  EXPECT_THAT(problem(R"({"vllm":{"max-model-len":"4096"}})"),
              HasSubstr("expected a number of tokens"));
  EXPECT_THAT(problem(R"({"vllm":{"max-model-len":4097}})"),
              HasSubstr("more than the 4096"));
  EXPECT_EQ(ValidateInferenceConfig(Json(R"({"vllm":{"max-model-len":4097}})"),
                                    0, "c")
                .ToString(),
            "");
}

TEST(CheckDataUrl, WantsTheInternetUnlessAllowed) {
  const std::vector<std::string> local = {
      "http://localhost/a",        "http://10.1.2.3/a",
      "https://192.168.0.1:8443/", "http://[::1]/a",
      "http://169.254.169.254/",   "http://metadata.google.internal/",
      "http://minio.data.svc/a",   "http://registry/a",
      "http://[fd00::1]/a",        "http://[::ffff:127.0.0.1]/"};
  for (const std::string& url : local) {
    EXPECT_THAT(CheckDataUrl(url, false),
                StatusIs(kBad, HasSubstr("not on the Internet")))
        << url;
    EXPECT_TRUE(CheckDataUrl(url, true).ok()) << url;
  }
  EXPECT_TRUE(
      CheckDataUrl("https://huggingface.co/a?download=true", false).ok());
  for (const char* bad : {"", "s3://bucket/a", "file:///a", "https://",
                          "https://exa mple.com/", "http://2130706433/"}) {
    EXPECT_THAT(CheckDataUrl(bad, false), StatusIs(kBad, HasSubstr(""))) << bad;
  }
  EXPECT_THAT(CheckDataUrl("https://u:secret@a.com/", true),
              StatusIs(kBad, Not(HasSubstr("secret@"))));
}

TEST(CheckOutputImage, WantsAPlaceThatCanBePushedTo) {
  EXPECT_TRUE(CheckOutputImage("r.io/a:1").ok());
  EXPECT_TRUE(CheckOutputImage("user/a").ok());
  EXPECT_TRUE(CheckOutputImage("127.0.0.1:5000/a").ok());
  const std::map<std::string, std::string> bad = {
      {"", "no image is named"},
      {"ACR_REPO_HERE.azurecr.io/IMAGE_NAME_HERE:0.0.1", "placeholder"},
      {"<registry>/a:1", "placeholder"},
      {"YOUR_REGISTRY/a:1", "placeholder"},
      {"r.io/A:1", "upper-case"},
      {"adapter:1", "names no registry"},
      {"r.io/a@sha256:" + std::string(64, 'a'), "known only after the push"},
  };
  for (const auto& [image, problem] : bad) {
    EXPECT_THAT(CheckOutputImage(image), StatusIs(kBad, HasSubstr(problem)));
  }
}

TEST(NodeLabels, LeavesOutWhatIsKaitos) {
  EXPECT_THAT(
      NodeLabels({.match_labels = {{"app", "x"},
                                   {"kaito.sh/workspace", "other"},
                                   {"karpenter.kaito.sh/a", "b"},
                                   {"kaito.sh/mine", "y"}}}),
      IsOkAndHolds(ElementsAre(Pair("app", "x"), Pair("kaito.sh/mine", "y"))));
  EXPECT_THAT(NodeLabels({.match_expressions = {{"a", "Exists", {}}}}),
              StatusIs(kBad, HasSubstr("Exists")));
}

TEST(Credential, FindsTokensOfKnownServices) {
  const std::string token = "hf_" + std::string(34, 'x');
  EXPECT_EQ(CredentialKind(token), "a Hugging Face token");
  EXPECT_EQ(CredentialKind("ghp_" + std::string(36, 'A')), "a GitHub token");
  EXPECT_EQ(CredentialKind("key=AKIA0123456789ABCDEF"), "an AWS access key");
  EXPECT_EQ(CredentialKind("a\n-----BEGIN RSA PRIVATE KEY-----\n"),
            "a private key");
  for (const char* harmless :
       {"", "hf-token", "hf_token", "my_shf_aaaaaaaaaaaaaaaaaaaaaaaa",
        "meta-llama/Llama-3.1-8B-Instruct", "AKIA"}) {
    EXPECT_EQ(CredentialKind(harmless), "") << harmless;
  }
  EXPECT_EQ(HideCredentials(absl::StrCat("a=", token, "&b ", token, ".")),
            "a=(hidden)&b (hidden).");
  EXPECT_EQ(HideCredentials("k: -----BEGIN PRIVATE KEY-----\nMIIEvQ\n"),
            "k: (hidden)");
  FieldErrors errors;
  CheckNoCredentials(Json(absl::StrCat(R"({"a":[1,{"b":")", token, R"("}]})")),
                     "x", errors);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors.errors()[0].path, "x.a[1].b");
  EXPECT_THAT(errors.errors()[0].message, Not(HasSubstr("xxx")));
}

TEST(Partition, ProfilesSayTheirSize) {
  EXPECT_EQ(MigSliceBytes("1g.10gb"), int64_t{10} << 30);
  EXPECT_EQ(MigSliceBytes("7g.180gb"), int64_t{180} << 30);
  for (const char* bad : {"", "1g.11gb", "1G.10GB", "1g.10gb ", "10gb"}) {
    EXPECT_EQ(MigSliceBytes(bad), std::nullopt) << bad;
  }
  // The table agrees with its names.
  for (absl::string_view profile : MigProfiles()) {
    EXPECT_EQ(absl::StrCat(*MigSliceBytes(profile) >> 30, "gb"),
              profile.substr(profile.find('.') + 1));
  }
  EXPECT_EQ(MigProfiles().size(), 35u);
  EXPECT_EQ(MigResourceName("1g.10gb"), "nvidia.com/mig-1g.10gb");
}

TEST(RetiredInstanceType, IsFoundInAnyCase) {
  const RetiredInstanceType* v100 = FindRetiredInstanceType("standard_nc6S_v3");
  ASSERT_NE(v100, nullptr);
  EXPECT_THAT(std::string(v100->successors), HasSubstr("NC24ads_A100_v4"));
  EXPECT_EQ(FindRetiredInstanceType(""), nullptr);
  EXPECT_EQ(FindRetiredInstanceType(kDefaultInstanceTypeV1Alpha1), nullptr);
  EXPECT_EQ(FindRetiredInstanceType("Standard_NC8as_T4_v3"), nullptr);
  // In old age, but still given.
  EXPECT_EQ(FindRetiredInstanceType("Standard_ND40rs_v2"), nullptr);
}

TEST(ParseStrength, IsAPlainDecimal) {
  EXPECT_EQ(ParseStrength("1.0"), 1.0);
  EXPECT_EQ(ParseStrength("0"), 0.0);
  EXPECT_EQ(ParseStrength("0.25"), 0.25);
  for (const char* bad : {"", ".", "1.1", "-0", "+1", "1e0", "0x1", "inf",
                          "nan", " 1", "1 ", "0,5", "1.0.0"}) {
    EXPECT_EQ(ParseStrength(bad), std::nullopt) << bad;
  }
}

}  // namespace
}  // namespace kaito::api
