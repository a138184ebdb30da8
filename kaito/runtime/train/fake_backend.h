#ifndef KAITO_RUNTIME_TRAIN_FAKE_BACKEND_H_
#define KAITO_RUNTIME_TRAIN_FAKE_BACKEND_H_

// FakeBackend: a linear regression in the clothes of a decoder, for tests of
// the loop and of checkpoints. A trained token's id makes features of all the
// adapter's numbers, its label is the value to predict, the loss half the
// squared error. Everything a test wants to happen is ordered by a field.

#include <cmath>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {

class FakeBackend : public DecoderBackend {
 public:
  // Calls of Gradients(), from 0, that give no number.
  std::function<bool(int64_t call)> is_nan = [](int64_t) { return false; };
  // Called before each Gradients().
  std::function<void(int64_t call)> before = [](int64_t) {};
  mutable std::vector<GradientOptions> seen;

  const DecoderConfig& config() const override { return config_; }

  absl::StatusOr<PassTotals> Gradients(
      const PackedBatch& batch, const LoraAdapter& adapter,
      const GradientOptions& options, LoraGradients& gradients) const override {
    const int64_t call = static_cast<int64_t>(seen.size());
    before(call);
    seen.push_back(options);
    PassTotals totals =
        Pass(batch, &adapter, options.gradient_scale, &gradients);
    if (is_nan(call)) {
      gradients.modules[0].a[0] = std::numeric_limits<float>::quiet_NaN();
    }
    return totals;
  }

  absl::StatusOr<PassTotals> Score(
      const PackedBatch& batch, const LoraAdapter* adapter,
      std::vector<float>* /*token_losses*/) const override {
    return Pass(batch, adapter, 0, nullptr);
  }

  absl::StatusOr<std::unique_ptr<KvCache>> NewCache(
      const KvCacheOptions& /*options*/) const override {
    return absl::UnimplementedError("a fake");
  }
  int64_t KvBytesPerToken() const override { return 0; }
  absl::Status Step(absl::Span<const StepRow> /*rows*/, KvCache& /*cache*/,
                    absl::Span<float> /*logits*/) const override {
    return absl::UnimplementedError("a fake");
  }
  int64_t WeightBytes() const override { return 1000; }
  int64_t PeakScratchBytes() const override { return 0; }
  int64_t GradientScratchBytes(int64_t tokens, int64_t /*longest*/,
                               const LoraAdapter& /*adapter*/) const override {
    return 100 * tokens;
  }

 private:
  static double Feature(int32_t id, int64_t index) {
    return std::sin(static_cast<double>(id + 1) * static_cast<double>(index));
  }

  // visit(parameter, gradient, index) for each number of the adapter.
  template <typename Visit>
  static void ForEach(const LoraAdapter& adapter, LoraGradients* gradients,
                      Visit visit) {
    int64_t index = 1;
    for (size_t m = 0; m < adapter.modules.size(); ++m) {
      const LoraModule& module = adapter.modules[m];
      for (size_t i = 0; i < module.a.size(); ++i) {
        visit(module.a[i],
              gradients == nullptr ? nullptr : &gradients->modules[m].a[i],
              index++);
      }
      for (size_t i = 0; i < module.b.size(); ++i) {
        visit(module.b[i],
              gradients == nullptr ? nullptr : &gradients->modules[m].b[i],
              index++);
      }
    }
  }

  static PassTotals Pass(const PackedBatch& batch, const LoraAdapter* adapter,
                         double scale, LoraGradients* gradients) {
    PassTotals totals;
    const LoraAdapter none;
    if (adapter == nullptr) adapter = &none;
    for (int64_t t = 0; t < batch.tokens(); ++t) {
      const int32_t id = batch.ids[static_cast<size_t>(t)];
      const int32_t label = batch.labels[static_cast<size_t>(t)];
      if (label < 0) continue;
      double error = -label;
      ForEach(*adapter, nullptr, [&](float x, float*, int64_t index) {
        error += x * Feature(id, index);
      });
      totals.loss_sum += error * error / 2;
      totals.correct += std::fabs(error) < 0.5 ? 1 : 0;
      ++totals.count;
      if (gradients == nullptr) continue;
      ForEach(*adapter, gradients, [&](float, float* g, int64_t index) {
        *g += static_cast<float>(scale * error * Feature(id, index));
      });
    }
    return totals;
  }

  DecoderConfig config_;
};

// One micro-batch: a sequence of these ids, each trained to its label.
inline PackedBatch FakeBatch(const std::vector<int32_t>& ids,
                             const std::vector<int32_t>& labels) {
  PackedBatch batch = {.ids = ids, .labels = labels};
  for (size_t i = 0; i < ids.size(); ++i) {
    batch.positions.push_back(static_cast<int32_t>(i));
  }
  batch.starts = {0, static_cast<int32_t>(ids.size())};
  return batch;
}

// Two modules with a few numbers each.
inline LoraAdapter FakeAdapter() {
  LoraAdapter adapter;
  for (int64_t layer = 0; layer < 2; ++layer) {
    LoraModule module = {.module = layer == 0
                                       ? "model.layers.0.self_attn.q_proj"
                                       : "model.layers.1.self_attn.q_proj",
                         .layer = layer,
                         .in = 3,
                         .out = 2,
                         .rank = 2};
    for (int i = 0; i < 6; ++i) {
      module.a.push_back(0.1f * static_cast<float>(i + 1));
    }
    module.b.resize(4);
    adapter.modules.push_back(module);
  }
  return adapter;
}

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_FAKE_BACKEND_H_
