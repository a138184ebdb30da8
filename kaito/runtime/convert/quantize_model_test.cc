#include "kaito/runtime/convert/quantize_model.h"

#include <cstdint>
#include <cstring>
#include <string>

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
#include "kaito/runtime/backend/aligned_buffer.h"
#include "kaito/runtime/backend/linear_weight.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/backend/model_weights.h"
#include "kaito/runtime/model/quantization_config.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::string_view kModels = "kaito/runtime/testdata/models/";

std::string Model(absl::string_view name) {
  return absl::StrCat(kModels, name);
}

class QuantizeModelTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
    output_ = JoinPath(dir_.path(), "nf4");
  }

  TempDir dir_;
  std::string output_;
};

bool Equal(const AlignedBuffer& a, const AlignedBuffer& b) {
  return a.bytes() == b.bytes() &&
         std::memcmp(a.As<void>(), b.As<void>(), a.bytes()) == 0;
}

TEST_F(QuantizeModelTest, WritesWhatLoadingWouldHaveMade) {
  for (const absl::string_view name : {"phi3", "llama", "qwen2", "qwen3"}) {
    SCOPED_TRACE(name);
    const std::string output = absl::StrCat(output_, name);
    KAITO_ASSERT_OK(QuantizeModel(Model(name), output, {.threads = 2}));
    KAITO_ASSERT_OK_AND_ASSIGN(
        const LoadedModel expected,
        LoadModel(Model(name), {.quantization = Quantization::kNf4}));
    KAITO_ASSERT_OK_AND_ASSIGN(const LoadedModel written,
                               LoadModel(output, {}));
    EXPECT_THAT(written.warnings, IsEmpty());
    EXPECT_EQ(written.config.stored.format, WeightFormat::kBnbNf4);
    EXPECT_TRUE(written.config.stored.double_quantized);
    EXPECT_EQ(written.weights.Bytes(), expected.weights.Bytes());
    EXPECT_TRUE(
        Equal(written.weights.embedding.data, expected.weights.embedding.data));
    for (size_t layer = 0; layer < expected.weights.layers.size(); ++layer) {
      for (size_t role = 0; role < kLinearRoles; ++role) {
        const LinearWeight& want = expected.weights.layers[layer].linears[role];
        const LinearWeight& got = written.weights.layers[layer].linears[role];
        ASSERT_EQ(got.nf4.has_value(), want.nf4.has_value());
        EXPECT_EQ(got.bias, want.bias);
        if (!want.nf4.has_value()) continue;
        EXPECT_TRUE(Equal(got.nf4->packed, want.nf4->packed));
        EXPECT_TRUE(Equal(got.nf4->absmax, want.nf4->absmax));
        EXPECT_EQ(got.nf4->nested_absmax, want.nf4->nested_absmax);
        EXPECT_EQ(got.nf4->offset, want.nf4->offset);
      }
    }
  }
}

TEST_F(QuantizeModelTest, TakesWhatBelongsToTheModelAlong) {
  KAITO_ASSERT_OK(QuantizeModel(Model("phi3"), output_, {}));
  const std::string name = "generation_config.json";
  KAITO_ASSERT_OK_AND_ASSIGN(const std::string copied,
                             ReadFile(JoinPath(output_, name), 1 << 20));
  KAITO_ASSERT_OK_AND_ASSIGN(const std::string original,
                             ReadFile(JoinPath(Model("phi3"), name), 1 << 20));
  EXPECT_EQ(copied, original);
}

TEST_F(QuantizeModelTest, RefusesAQuantisedModel) {
  EXPECT_THAT(QuantizeModel(Model("bnb_nf4_f32"), output_, {}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("bnb_nf4_f32"),
                             HasSubstr("quantised already"))));
}

TEST_F(QuantizeModelTest, LeavesAFullDirectoryAsItIs) {
  const std::string mine = JoinPath(dir_.path(), "mine.txt");
  KAITO_ASSERT_OK(WriteFileAtomic(mine, "mine"));
  EXPECT_THAT(
      QuantizeModel(Model("phi3"), dir_.path(), {}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not empty")));
  EXPECT_FALSE(ReadFile(JoinPath(dir_.path(), "config.json"), 1 << 20).ok());
}

TEST_F(QuantizeModelTest, SaysWhatIsMissing) {
  EXPECT_THAT(QuantizeModel(Model("no_such_model"), output_, {}),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no_such_model")));
}

}  // namespace
}  // namespace kaito::runtime
