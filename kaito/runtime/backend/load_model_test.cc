#include "kaito/runtime/backend/load_model.h"

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/nf4_quantize/nf4_quantize.h"
#include "kaito/kernels/stream.h"
#include "kaito/runtime/backend/linear_weight.h"
#include "kaito/runtime/backend/model_weights.h"
#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::string_view kModels = "kaito/runtime/testdata/models/";

absl::StatusOr<LoadedModel> Load(absl::string_view model,
                                 Quantization quantization, int64_t threads) {
  return LoadModel(absl::StrCat(kModels, model),
                   {.quantization = quantization, .threads = threads});
}

const LinearWeight& Down(const LoadedModel& model) {
  return model.weights.layers[0].linear(LinearRole::kDown);
}

std::vector<float> Dequantized(const LinearWeight& w) {
  std::vector<float> values(w.nf4->count);
  KAITO_EXPECT_OK(kernels::Nf4Dequantize(
      {.w = w.nf4->Tensor(), .out = values.data()}, kernels::Stream::Cpu()));
  return values;
}

TEST(LoadModel, KeepsAPlainModelInF32) {
  KAITO_ASSERT_OK_AND_ASSIGN(const LoadedModel model,
                             Load("phi3", Quantization::kAuto, 1));
  EXPECT_THAT(model.warnings, IsEmpty());
  EXPECT_EQ(model.weights.layers.size(), 2u);
  EXPECT_FALSE(Down(model).nf4.has_value());
  EXPECT_EQ(model.weights.layers[0].linear(LinearRole::kQ).out, 0);
  EXPECT_EQ(model.weights.Bytes(), 57072 * 4);  // As its parameters are.
}

TEST(LoadModel, QuantisesWhereAsked) {
  KAITO_ASSERT_OK_AND_ASSIGN(const LoadedModel plain,
                             Load("phi3", Quantization::kNone, 1));
  KAITO_ASSERT_OK_AND_ASSIGN(const LoadedModel model,
                             Load("phi3", Quantization::kNf4, 2));
  EXPECT_LT(model.weights.Bytes(), plain.weights.Bytes() / 2);
  const std::vector<float> values = Dequantized(Down(model));
  const float* const want = Down(plain).dense.As<float>();
  double error = 0;
  double norm = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    error += (values[i] - want[i]) * (values[i] - want[i]);
    norm += want[i] * want[i];
  }
  // NF4 in blocks of 64 leaves some 9 % of a normal distribution's spread.
  EXPECT_LT(error, 0.015 * norm);
  EXPECT_GT(error, 0);
}

TEST(LoadModel, ReadsA4BitCheckpointAsItIs) {
  KAITO_ASSERT_OK_AND_ASSIGN(const LoadedModel model,
                             Load("bnb_nf4_f32", Quantization::kAuto, 1));
  KAITO_ASSERT_OK_AND_ASSIGN(const LoadedModel dense,
                             Load("bnb_nf4_f32", Quantization::kNone, 2));
  ASSERT_TRUE(Down(model).nf4.has_value());
  const std::vector<float> values = Dequantized(Down(model));
  EXPECT_EQ(std::memcmp(values.data(), Down(dense).dense.As<float>(),
                        values.size() * sizeof(float)),
            0);
}

TEST(LoadModel, SaysWhatIsMissing) {
  KAITO_ASSERT_OK_AND_ASSIGN(const TempDir directory,
                             TempDir::Create(::testing::TempDir()));
  EXPECT_THAT(LoadModel(directory.path(), {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("config.json")));
  const std::string config =
      *ReadFile(absl::StrCat(kModels, "phi3/config.json"), int64_t{1} << 20);
  const std::string path = JoinPath(directory.path(), "config.json");
  KAITO_ASSERT_OK(WriteFileAtomic(path, config));
  EXPECT_THAT(LoadModel(directory.path(), {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("safetensors")));
  // Weights of another model.
  const std::string weights =
      *ReadFile(absl::StrCat(kModels, "phi3_partial/model.safetensors"),
                int64_t{1} << 24);
  KAITO_ASSERT_OK(WriteFileAtomic(
      JoinPath(directory.path(), "model.safetensors"), weights));
  EXPECT_THAT(LoadModel(directory.path(), {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr(directory.path())));
  KAITO_ASSERT_OK(WriteFileAtomic(path, "{"));
  EXPECT_THAT(
      LoadModel(directory.path(), {}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("config.json")));
}

TEST(LoadModel, RefusesToQuantiseWhatIsNoNumber) {
  KAITO_ASSERT_OK_AND_ASSIGN(const TempDir directory,
                             TempDir::Create(::testing::TempDir()));
  KAITO_ASSERT_OK(WriteFileAtomic(
      JoinPath(directory.path(), "config.json"),
      *ReadFile(absl::StrCat(kModels, "phi3/config.json"), int64_t{1} << 20)));
  std::string weights = *ReadFile(
      absl::StrCat(kModels, "phi3/model.safetensors"), int64_t{1} << 24);
  // All of the data: NaNs.
  const size_t data = weights.size() - 57072 * 4;
  for (size_t i = data; i < weights.size(); ++i) weights[i] = '\xff';
  KAITO_ASSERT_OK(WriteFileAtomic(
      JoinPath(directory.path(), "model.safetensors"), weights));
  EXPECT_THAT(
      LoadModel(directory.path(),
                {.quantization = Quantization::kNf4, .threads = 1}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               AllOf(HasSubstr("qkv_proj.weight"), HasSubstr("no number"))));
}

}  // namespace
}  // namespace kaito::runtime
