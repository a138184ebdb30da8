// Adapted decoders, and the gradients of adapters, against PEFT's answers:
// testdata/README.md.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/cpu_backend.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/backend/golden_testutil.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/model/model_config.h"
#include "kaito/runtime/model/tensor_names.h"
#include "kaito/runtime/weights/safetensors_file.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {
namespace {

constexpr absl::string_view kModels = "kaito/runtime/testdata/models/";
constexpr absl::string_view kCases = "kaito/runtime/backend/testdata/lora/";

// Adapters move logits by up to 8, so there is some more to round than in the
// bare model.
constexpr double kLogitTolerance = 5e-5;
constexpr double kLossTolerance = 1e-5;  // Relative.
// Of a tensor's largest element; sums over tokens come in another order.
constexpr double kGradientTolerance = 5e-5;

struct LoraCase {
  std::string name;
  std::string base;  // Under kModels; empty: the case's own.
  double scale = 2;
  Quantization quantization = Quantization::kAuto;
};

std::string TensorName(const LinearModule& linear, absl::string_view part) {
  return absl::StrCat("base_model.model.", linear.module, ".", part, ".weight");
}

absl::StatusOr<LoraAdapter> ReadAdapter(const LoraCase& c,
                                        const ModelConfig& config) {
  KAITO_ASSIGN_OR_RETURN(const SafetensorsFile file,
                         SafetensorsFile::Open(absl::StrCat(
                             kCases, c.name, "/adapter_model.safetensors")));
  LoraAdapter adapter;
  for (int64_t layer = 0; layer < config.decoder.layers; ++layer) {
    for (const LinearModule& linear :
         LayerLinears(config.decoder, config.names, layer)) {
      const std::string a = TensorName(linear, "lora_A");
      const std::optional<TensorView> view = file.Find(a);
      if (!view.has_value()) continue;
      LoraModule& m = adapter.modules.emplace_back();
      m = {.module = linear.module,
           .layer = layer,
           .role = linear.role,
           .in = linear.in,
           .out = linear.out,
           .rank = view->shape[0],
           .scale = c.scale};
      KAITO_ASSIGN_OR_RETURN(m.a, FloatsOf(file, a));
      KAITO_ASSIGN_OR_RETURN(m.b, FloatsOf(file, TensorName(linear, "lora_B")));
    }
  }
  EXPECT_EQ(adapter.modules.size() * 2, file.tensors().size());
  return adapter;
}

// The largest difference, relative to the largest element wanted.
double RelativeDifference(const std::vector<float>& got,
                          const std::vector<float>& want) {
  double largest = 0;
  for (const float x : want) largest = std::max<double>(largest, std::abs(x));
  return LargestDifference(std::vector<double>(got.begin(), got.end()),
                           std::vector<double>(want.begin(), want.end())) /
         largest;
}

class LoraGoldens : public ::testing::TestWithParam<LoraCase> {
 protected:
  absl::StatusOr<std::unique_ptr<CpuBackend>> Load(int64_t activation_bytes) {
    const LoraCase& c = GetParam();
    KAITO_ASSIGN_OR_RETURN(
        LoadedModel model,
        LoadModel(c.base.empty() ? absl::StrCat(kCases, c.name, "/base")
                                 : absl::StrCat(kModels, c.base),
                  {.quantization = c.quantization, .threads = 1}));
    config_ = model.config;
    KAITO_ASSIGN_OR_RETURN(adapter_, ReadAdapter(c, config_));
    return CpuBackend::Create(
        std::move(model), {.threads = 1, .activation_bytes = activation_bytes});
  }

  absl::StatusOr<SafetensorsFile> Answers() const {
    return SafetensorsFile::Open(
        absl::StrCat(kCases, GetParam().name, "/io.safetensors"));
  }

  // All of them, named as PEFT names them.
  void ExpectGradients(const LoraGradients& gradients, double scale,
                       const SafetensorsFile& io) {
    for (size_t i = 0; i < adapter_.modules.size(); ++i) {
      const LinearModule linear = {.module = adapter_.modules[i].module};
      for (const bool is_a : {true, false}) {
        const std::string name = absl::StrCat(
            "grad.", TensorName(linear, is_a ? "lora_A" : "lora_B"));
        KAITO_ASSERT_OK_AND_ASSIGN(std::vector<float> want, FloatsOf(io, name));
        for (float& x : want) x *= static_cast<float>(scale);
        EXPECT_LE(
            RelativeDifference(
                is_a ? gradients.modules[i].a : gradients.modules[i].b, want),
            kGradientTolerance)
            << name;
      }
    }
  }

  ModelConfig config_;
  LoraAdapter adapter_;
};

TEST_P(LoraGoldens, ProbabilitiesAndLossAreThoseOfPeft) {
  KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<CpuBackend> backend,
                             Load(int64_t{1} << 30));
  KAITO_ASSERT_OK_AND_ASSIGN(const SafetensorsFile io, Answers());
  KAITO_ASSERT_OK_AND_ASSIGN(const PackedBatch batch, BatchOf(io));
  KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<float> logits,
                             RowsOf(io, "logits"));
  KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<double> got,
                             LogProbabilities(*backend, batch, &adapter_));
  EXPECT_LE(
      LargestDifference(got, LogSoftmax(logits, config_.decoder.vocab_size)),
      kLogitTolerance);

  KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<float> loss,
                             FloatsOf(io, "loss_sum"));
  KAITO_ASSERT_OK_AND_ASSIGN(const PassTotals totals,
                             backend->Score(batch, &adapter_, nullptr));
  EXPECT_NEAR(totals.loss_sum, loss[0], kLossTolerance * loss[0]);
}

TEST_P(LoraGoldens, GradientsAreThoseOfPeftAndAdd) {
  // With the whole forward pass kept, and with the layers' inputs alone.
  for (const int64_t activation_bytes : {int64_t{1} << 30, int64_t{0}}) {
    KAITO_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<CpuBackend> backend,
                               Load(activation_bytes));
    KAITO_ASSERT_OK_AND_ASSIGN(const SafetensorsFile io, Answers());
    KAITO_ASSERT_OK_AND_ASSIGN(const PackedBatch batch, BatchOf(io));
    KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<float> loss,
                               FloatsOf(io, "loss_sum"));
    const double targets = static_cast<double>(TargetCount(batch));
    LoraGradients gradients = ZeroGradients(adapter_);
    for (int times = 1; times <= 2; ++times) {
      KAITO_ASSERT_OK_AND_ASSIGN(
          const PassTotals totals,
          backend->Gradients(batch, adapter_, {.gradient_scale = 1 / targets},
                             gradients));
      EXPECT_NEAR(totals.loss_sum, loss[0], kLossTolerance * loss[0]);
      ExpectGradients(gradients, times, io);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, LoraGoldens,
    ::testing::Values(
        LoraCase{"phi3_attention", "phi3"},
        LoraCase{"phi3_kaito_default", "phi3"},
        LoraCase{"phi3_all_linear_bf16", "phi3"},
        // Of weights rounded to bf16, which NF4 products do without.
        LoraCase{"phi3_nf4", "", 2, Quantization::kNone},
        LoraCase{"llama_query_value", "llama_plain"},
        LoraCase{"llama_regex", "llama_plain"},
        LoraCase{"llama_layers", "llama_plain"},
        LoraCase{"llama_rslora", "llama_plain", 4}, LoraCase{"llama_nf4", ""}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace kaito::runtime
