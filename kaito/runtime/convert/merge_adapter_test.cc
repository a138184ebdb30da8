#include "kaito/runtime/convert/merge_adapter.h"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/kernels/types.h"
#include "kaito/runtime/adapter/adapter_directory.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/linear_weight.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/backend/model_weights.h"
#include "kaito/runtime/model/quantization_config.h"
#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::string_view kTestdata = "kaito/runtime/testdata/";

std::string Model(absl::string_view name) {
  return absl::StrCat(kTestdata, "models/", name);
}

std::string Adapter(absl::string_view name) {
  return absl::StrCat(kTestdata, "adapters/", name);
}

// The weight of a linear with the adapter's part of it, by plain sums.
std::vector<double> Merged(const LinearWeight& base, const LoraModule* module) {
  std::vector<double> sums(base.out * base.in);
  for (size_t i = 0; i < sums.size(); ++i) sums[i] = base.dense.As<float>()[i];
  if (module == nullptr) return sums;
  for (int64_t o = 0; o < base.out; ++o) {
    for (int64_t i = 0; i < base.in; ++i) {
      double sum = 0;
      for (int64_t r = 0; r < module->rank; ++r) {
        sum += double{module->b[o * module->rank + r]} *
               module->a[r * base.in + i];
      }
      sums[o * base.in + i] += module->scale * sum;
    }
  }
  return sums;
}

// In f32: W, and W as the merged model has it.
void ExpectMerged(const std::string& model, const std::string& adapter,
                  const std::string& output) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<std::string> warnings,
                             MergeAdapter(model, adapter, output, {}));
  EXPECT_THAT(warnings, IsEmpty());
  KAITO_ASSERT_OK_AND_ASSIGN(
      const LoadedModel base,
      LoadModel(model, {.quantization = Quantization::kNone}));
  KAITO_ASSERT_OK_AND_ASSIGN(const LoadedModel merged, LoadModel(output, {}));
  EXPECT_EQ(merged.config.stored.format, WeightFormat::kPlain);
  EXPECT_EQ(merged.weights.embedding.type, kernels::FloatType::kBf16);
  KAITO_ASSERT_OK_AND_ASSIGN(
      const StoredAdapter stored,
      ReadAdapterDirectory(adapter, base.config.decoder, base.config.names));
  ASSERT_FALSE(stored.adapter.modules.empty());
  for (size_t layer = 0; layer < base.weights.layers.size(); ++layer) {
    for (size_t role = 0; role < kLinearRoles; ++role) {
      const LinearWeight& from = base.weights.layers[layer].linears[role];
      if (from.out == 0) continue;
      const LoraModule* found = nullptr;
      for (const LoraModule& module : stored.adapter.modules) {
        if (module.layer == static_cast<int64_t>(layer) &&
            module.role == static_cast<LinearRole>(role)) {
          found = &module;
        }
      }
      const std::vector<double> wanted = Merged(from, found);
      const LinearWeight& to = merged.weights.layers[layer].linears[role];
      ASSERT_EQ(to.dense.bytes(), from.dense.bytes());
      for (size_t i = 0; i < wanted.size(); ++i) {
        // Half a unit of bf16, which has 8 bits, and what f32 sums differ.
        ASSERT_NEAR(to.dense.As<float>()[i], wanted[i],
                    std::ldexp(0.5, std::ilogb(wanted[i]) - 7) + 1e-7)
            << "layer " << layer << " role " << role << " at " << i;
      }
    }
  }
}

class MergeAdapterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
    output_ = JoinPath(dir_.path(), "merged");
  }

  TempDir dir_;
  std::string output_;
};

TEST_F(MergeAdapterTest, AddsTheAdapterAndRoundsOnce) {
  ExpectMerged(Model("phi3"), Adapter("phi3_attention"), output_);
}

TEST_F(MergeAdapterTest, LeavesLayersWithoutAnAdapterAlone) {
  ExpectMerged(Model("llama_plain"), Adapter("llama_layers"), output_);
}

TEST_F(MergeAdapterTest, MergesIntoWhatNf4StandsFor) {
  ExpectMerged(Model("bnb_nf4_dq_bf16"), Adapter("llama_nf4"), output_);
}

TEST_F(MergeAdapterTest, RefusesAnotherModelsAdapter) {
  EXPECT_THAT(
      MergeAdapter(Model("llama_plain"), Adapter("phi3_attention"), output_, {})
          .status(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("phi3_attention")));
  EXPECT_FALSE(LoadModel(output_, {}).ok());
}

}  // namespace
}  // namespace kaito::runtime
