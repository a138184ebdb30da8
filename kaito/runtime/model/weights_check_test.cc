#include "kaito/runtime/model/weights_check.h"

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/model/model_config.h"
#include "kaito/runtime/model/tensor_names.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/safetensors_writer.h"
#include "kaito/runtime/weights/tensor_view.h"
#include "kaito/runtime/weights/weights_directory.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::string_view kModels = "kaito/runtime/testdata/models";

// The model's config.json, with one member changed where a name is given.
absl::StatusOr<ModelConfig> Model(absl::string_view name,
                                  absl::string_view member = "",
                                  json::Value value = nullptr) {
  json::Value config = *json::Parse(
      *ReadFile(absl::StrCat(kModels, "/", name, "/config.json"), 1 << 20));
  if (!member.empty()) config[member] = std::move(value);
  return ParseModelConfig(json::Write(config));
}

TEST(CheckWeights, TakesTheModelsThatTransformersSaved) {
  for (const char* name : {"phi3", "qwen3", "bnb_nf4_dq_bf16", "bnb_nf4_f32"}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const ModelConfig model, Model(name));
    KAITO_ASSERT_OK_AND_ASSIGN(const WeightsDirectory weights,
                               WeightsDirectory::Open(JoinPath(kModels, name)));
    EXPECT_THAT(CheckWeights(model, weights), IsOkAndHolds(IsEmpty())) << name;
  }
}

// For these only the files' headers are kept: zeros stand for the numbers.
TEST(CheckWeights, TakesModelsOfWhichOnlyTheHeaderIsAtHand) {
  for (const char* name : {"phi3_partial", "llama"}) {
    KAITO_ASSERT_OK_AND_ASSIGN(
        std::string file,
        ReadFile(absl::StrCat(kModels, "/", name, "/model.safetensors.header"),
                 1 << 20));
    // The sizes of the whole files, less those of their headers.
    file.append(name == absl::string_view("llama") ? 209856 : 263424, '\0');
    KAITO_ASSERT_OK_AND_ASSIGN(const TempDir dir,
                               TempDir::Create(::testing::TempDir()));
    KAITO_ASSERT_OK(
        WriteFileAtomic(JoinPath(dir.path(), "model.safetensors"), file));
    KAITO_ASSERT_OK_AND_ASSIGN(const ModelConfig model, Model(name));
    KAITO_ASSERT_OK_AND_ASSIGN(const WeightsDirectory weights,
                               WeightsDirectory::Open(dir.path()));
    EXPECT_THAT(CheckWeights(model, weights), IsOkAndHolds(IsEmpty())) << name;
  }
}

TEST(CheckWeights, SaysWhatDoesNotFit) {
  const struct {
    const char* model;
    const char* member;
    json::Value value;
    const char* says;
  } cases[] = {
      {"phi3", "num_hidden_layers", 3,
       "6 tensors that config.json asks for are missing: model.layers.2."},
      {"phi3", "vocab_size", 161, "[160, 48], config.json asks for [161, 48]"},
      {"bnb_nf4_f32", "intermediate_size", 96,
       "[128, 64], config.json asks for [96, 64]"},
      {"bnb_nf4_f32", "quantization_config", nullptr,
       "has no quantization_config"},
  };
  for (const auto& c : cases) {
    KAITO_ASSERT_OK_AND_ASSIGN(const ModelConfig model,
                               Model(c.model, c.member, c.value));
    KAITO_ASSERT_OK_AND_ASSIGN(
        const WeightsDirectory weights,
        WeightsDirectory::Open(JoinPath(kModels, c.model)));
    EXPECT_THAT(CheckWeights(model, weights),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.says)))
        << c.member;
  }
}

class MadeModel : public ::testing::Test {
 protected:
  // phi3 with a tied head, with all weights zero, and with what is added.
  absl::StatusOr<std::vector<std::string>> Check(
      Dtype dtype, const std::vector<std::string>& added) {
    const ModelConfig model = *Model("phi3", "tie_word_embeddings", true);
    std::vector<TensorSpec> specs;
    for (const WantedTensor& t : WantedTensors(model.decoder, model.names)) {
      specs.push_back({t.name, dtype, t.shape});
    }
    for (const std::string& name : added) specs.push_back({name, dtype, {1}});
    const std::string zeros(1 << 20, '\0');
    const std::string path = JoinPath(dir_.path(), "model.safetensors");
    auto writer = SafetensorsWriter::Create(path, specs, {});
    for (const TensorSpec& spec : std::vector<TensorSpec>(writer->order())) {
      const auto bytes = *ByteCount(spec.dtype, spec.shape);
      KAITO_EXPECT_OK(writer->Append(
          spec.name,
          std::as_bytes(std::span(zeros.data(), static_cast<size_t>(bytes)))));
    }
    KAITO_EXPECT_OK(writer->Finish());
    return CheckWeights(model, *WeightsDirectory::Open(dir_.path()));
  }

  TempDir dir_ = *TempDir::Create(::testing::TempDir());
};

TEST_F(MadeModel, NamesTensorsThatNobodyWantsButNotOldHabits) {
  EXPECT_THAT(
      Check(Dtype::kF16, {"lm_head.weight", "model.extra",
                          "model.layers.0.self_attn.rotary_emb.inv_freq"}),
      IsOkAndHolds(ElementsAre("model.extra")));
}

TEST_F(MadeModel, RefusesOtherTypesOfNumbers) {
  EXPECT_THAT(Check(Dtype::kF8E4m3, {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("is F8_E4M3, read are F32, BF16 and F16")));
}

}  // namespace
}  // namespace kaito::runtime
