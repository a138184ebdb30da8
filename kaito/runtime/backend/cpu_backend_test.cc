#include "kaito/runtime/backend/cpu_backend.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/backend/random_model.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

// Two sequences, of 5 and 3 tokens, all but the last of each trained.
PackedBatch Batch() {
  return {.ids = {3, 1, 4, 1, 5, 9, 2, 6},
          .positions = {0, 1, 2, 3, 4, 0, 1, 2},
          .labels = {1, 4, 1, 5, -100, 2, 6, -100},
          .starts = {0, 5, 8}};
}

absl::StatusOr<std::unique_ptr<CpuBackend>> Backend(
    const RandomModelOptions& model = {},
    const CpuBackendOptions& options = {.threads = 1}) {
  KAITO_ASSIGN_OR_RETURN(LoadedModel loaded, RandomModel(model));
  return CpuBackend::Create(std::move(loaded), options);
}

TEST(CpuBackend, RefusesBatchesThatDoNotFit) {
  KAITO_ASSERT_OK_AND_ASSIGN(const auto backend, Backend());
  const auto score = [&](auto change) {
    PackedBatch batch = Batch();
    change(batch);
    return backend->Score(batch, nullptr, nullptr).status();
  };
  const auto invalid = [](const char* text) {
    return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(text));
  };
  EXPECT_THAT(score([](PackedBatch& b) { b.ids[2] = 4096; }),
              invalid("token 2 has the id 4096"));
  EXPECT_THAT(score([](PackedBatch& b) { b.ids[0] = -1; }), invalid("id -1"));
  EXPECT_THAT(score([](PackedBatch& b) { b.labels[6] = 4096; }),
              invalid("label 4096"));
  EXPECT_THAT(score([](PackedBatch& b) { b.labels[6] = -1; }),
              invalid("label -1"));
  EXPECT_THAT(score([](PackedBatch& b) { b.positions[6] = 5; }),
              invalid("position 5, want 1"));
  EXPECT_THAT(score([](PackedBatch& b) { b.labels.pop_back(); }),
              invalid("7 labels"));
  EXPECT_THAT(score([](PackedBatch& b) { b.starts.back() = 9; }),
              invalid("do not cover"));
  EXPECT_THAT(score([](PackedBatch& b) { b.starts[1] = 0; }),
              invalid("sequence 0 "));
  EXPECT_THAT(score([](PackedBatch& b) { b = {}; }), invalid("0 tokens"));
}

TEST(CpuBackend, RefusesAdaptersThatDoNotFit) {
  KAITO_ASSERT_OK_AND_ASSIGN(const auto backend, Backend());
  const LoraAdapter good = RandomAdapter(backend->config(), {});
  const auto score = [&](auto change) {
    LoraAdapter adapter = good;
    change(adapter.modules[1]);
    return backend->Score(Batch(), &adapter, nullptr).status();
  };
  const auto invalid = [](const char* text) {
    return StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(text));
  };
  EXPECT_THAT(score([](LoraModule& m) { m.layer = 99; }), invalid("layer 99"));
  EXPECT_THAT(score([](LoraModule& m) { ++m.in; }), invalid("linear"));
  EXPECT_THAT(score([](LoraModule& m) { m.rank = 300; }), invalid("rank"));
  EXPECT_THAT(score([](LoraModule& m) { m.a.pop_back(); }), invalid("A has"));
  EXPECT_THAT(score([&](LoraModule& m) { m = good.modules[0]; }),
              invalid("twice"));
  EXPECT_THAT(score([](LoraModule& m) { m.role = LinearRole::kQkv; }),
              invalid("no such linear"));
}

TEST(CpuBackend, RefusesOptionsThatDoNotFit) {
  const auto invalid = StatusIs(absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(Backend({}, {.threads = -1}), invalid);
  EXPECT_THAT(Backend({}, {.threads = 1, .longest_sequence = 1 << 20}),
              invalid);
  KAITO_ASSERT_OK_AND_ASSIGN(const auto backend, Backend());
  const LoraAdapter adapter = RandomAdapter(backend->config(), {});
  LoraGradients gradients = ZeroGradients(adapter);
  EXPECT_THAT(backend->Gradients(Batch(), adapter, {.dropout = 1}, gradients),
              invalid);
  gradients.modules.pop_back();
  EXPECT_THAT(backend->Gradients(Batch(), adapter, {}, gradients), invalid);
}

// Of the pass that is differentiated: with its dropout.
double LossOf(const CpuBackend& backend, const LoraAdapter& adapter,
              const GradientOptions& options) {
  LoraGradients unused = ZeroGradients(adapter);
  return backend.Gradients(Batch(), adapter, options, unused)->loss_sum;
}

// The loss is in f32, so a step must be large; the third derivative is small
// beside that.
double FiniteDifference(const CpuBackend& backend, LoraAdapter& adapter,
                        const GradientOptions& options, float& x) {
  constexpr float kStep = 1e-2f;
  const float before = x;
  x = before + kStep;
  const double above = LossOf(backend, adapter, options);
  x = before - kStep;
  const double below = LossOf(backend, adapter, options);
  x = before;
  return (above - below) / (2 * double{kStep});
}

void ExpectGradientsAreDifferences(const RandomModelOptions& model,
                                   const GradientOptions& options = {}) {
  KAITO_ASSERT_OK_AND_ASSIGN(const auto backend, Backend(model));
  LoraAdapter adapter = RandomAdapter(backend->config(), {});
  LoraGradients gradients = ZeroGradients(adapter);
  KAITO_ASSERT_OK_AND_ASSIGN(
      const PassTotals totals,
      backend->Gradients(Batch(), adapter, options, gradients));
  EXPECT_EQ(totals.count, 6);
  const auto expect = [&](const LoraModule& m, float& x, float got) {
    EXPECT_NEAR(got, FiniteDifference(*backend, adapter, options, x), 2e-3)
        << m.module;
  };
  for (size_t i = 0; i < adapter.modules.size(); ++i) {
    LoraModule& m = adapter.modules[i];
    // Some of each: primes, so that all rows and columns take part.
    for (size_t at = 0; at < m.a.size(); at += 37) {
      expect(m, m.a[at], gradients.modules[i].a[at]);
    }
    for (size_t at = 0; at < m.b.size(); at += 29) {
      expect(m, m.b[at], gradients.modules[i].b[at]);
    }
  }
}

TEST(CpuBackend, GradientsAreFiniteDifferencesOfTheLoss) {
  ExpectGradientsAreDifferences({});
  // What the small goldens have not all at once.
  ExpectGradientsAreDifferences({.quantized = true,
                                 .fused = false,
                                 .biases = true,
                                 .qk_norm = true,
                                 .window = 3,
                                 .tied = true});
  ExpectGradientsAreDifferences({}, {.dropout = 0.3, .dropout_seed = 4});
}

TEST(CpuBackend, NumberOfThreadsChangesNothing) {
  LoraGradients first;
  for (const int64_t threads : {1, 2, 3}) {
    KAITO_ASSERT_OK_AND_ASSIGN(
        const auto backend, Backend({.quantized = true}, {.threads = threads}));
    const LoraAdapter adapter = RandomAdapter(backend->config(), {});
    LoraGradients gradients = ZeroGradients(adapter);
    KAITO_ASSERT_OK(
        backend->Gradients(Batch(), adapter, {.dropout = 0.1}, gradients));
    if (threads == 1) {
      first = gradients;
      continue;
    }
    for (size_t i = 0; i < gradients.modules.size(); ++i) {
      EXPECT_EQ(gradients.modules[i].a, first.modules[i].a);
      EXPECT_EQ(gradients.modules[i].b, first.modules[i].b);
    }
  }
}

TEST(CpuBackend, RecomputingGivesTheSameGradients) {
  KAITO_ASSERT_OK_AND_ASSIGN(const auto keeps, Backend());
  KAITO_ASSERT_OK_AND_ASSIGN(
      const auto recomputes,
      Backend({}, {.threads = 1, .activation_bytes = 0}));
  const LoraAdapter adapter = RandomAdapter(keeps->config(), {});
  const GradientOptions options = {.dropout = 0.2, .dropout_seed = 9};
  LoraGradients a = ZeroGradients(adapter);
  LoraGradients b = ZeroGradients(adapter);
  KAITO_ASSERT_OK(keeps->Gradients(Batch(), adapter, options, a));
  KAITO_ASSERT_OK(recomputes->Gradients(Batch(), adapter, options, b));
  for (size_t i = 0; i < a.modules.size(); ++i) {
    EXPECT_EQ(a.modules[i].a, b.modules[i].a);
    EXPECT_EQ(a.modules[i].b, b.modules[i].b);
  }
  EXPECT_LT(recomputes->PeakScratchBytes(), keeps->PeakScratchBytes());
  EXPECT_LE(keeps->PeakScratchBytes(),
            keeps->GradientScratchBytes(8, 5, adapter));
  EXPECT_LE(recomputes->PeakScratchBytes(),
            recomputes->GradientScratchBytes(8, 5, adapter));
}

TEST(CpuBackend, ABatchWithoutATrainedTokenHasNoGradient) {
  KAITO_ASSERT_OK_AND_ASSIGN(const auto backend, Backend());
  const LoraAdapter adapter = RandomAdapter(backend->config(), {});
  LoraGradients gradients = ZeroGradients(adapter);
  PackedBatch batch = Batch();
  batch.labels.assign(batch.labels.size(), -100);
  KAITO_ASSERT_OK_AND_ASSIGN(const PassTotals totals,
                             backend->Gradients(batch, adapter, {}, gradients));
  EXPECT_EQ(totals.count, 0);
  EXPECT_EQ(totals.loss_sum, 0);
  for (const float x : gradients.modules[0].a) EXPECT_EQ(x, 0);
}

TEST(CpuBackend, SequencesDoNotSeeEachOther) {
  KAITO_ASSERT_OK_AND_ASSIGN(const auto backend, Backend());
  std::vector<float> before;
  std::vector<float> after;
  PackedBatch batch = Batch();
  KAITO_ASSERT_OK(backend->Score(batch, nullptr, &before));
  batch.ids[0] = 7;
  KAITO_ASSERT_OK(backend->Score(batch, nullptr, &after));
  EXPECT_NE(before[0], after[0]);
  for (int64_t t = 5; t < 8; ++t) EXPECT_EQ(before[t], after[t]);
}

}  // namespace
}  // namespace kaito::runtime
