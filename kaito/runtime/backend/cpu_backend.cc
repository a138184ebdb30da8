#include "kaito/runtime/backend/cpu_backend.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/cross_entropy/cross_entropy.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/runtime/backend/batch_check.h"
#include "kaito/runtime/backend/cached_pass.h"
#include "kaito/runtime/backend/packed_pass.h"
#include "kaito/runtime/backend/paged_cache.h"
#include "kaito/runtime/backend/step_plan.h"

namespace kaito::runtime {
namespace {

// Blocks of tokens and of words that cross_entropy packs for each worker.
constexpr int64_t kCrossEntropyRows = 64 + 32 + 48;

absl::Status CheckOptions(const CpuBackendOptions& options,
                          const DecoderConfig& config) {
  if (options.threads < 0 || options.activation_bytes < 0 ||
      options.longest_sequence < 0 ||
      options.longest_sequence > config.max_positions) {
    return absl::InvalidArgumentError(
        absl::StrCat("cpu backend: threads=", options.threads,
                     ", activation_bytes=", options.activation_bytes,
                     ", longest_sequence=", options.longest_sequence,
                     ", want 0 or more, and sequences of at most the model's ",
                     config.max_positions, " positions"));
  }
  return absl::OkStatus();
}

absl::Status CheckDecoder(const DecoderConfig& config) {
  if (config.fused_qkv && config.qk_norm) {
    return absl::UnimplementedError(
        "cpu backend: a decoder with one projection for q, k and v and with "
        "norms of heads");
  }
  return absl::OkStatus();
}

absl::Status CheckGradients(const LoraAdapter& adapter,
                            const GradientOptions& options,
                            const LoraGradients& gradients) {
  bool fit = gradients.modules.size() == adapter.modules.size();
  for (size_t i = 0; fit && i < adapter.modules.size(); ++i) {
    fit = gradients.modules[i].a.size() == adapter.modules[i].a.size() &&
          gradients.modules[i].b.size() == adapter.modules[i].b.size();
  }
  if (!fit) {
    return absl::InvalidArgumentError(
        "gradients: they are not of this adapter's sizes");
  }
  if (!(options.dropout >= 0 && options.dropout < 1)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "gradients: dropout is ", options.dropout, ", want 0 to below 1"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<CpuBackend>> CpuBackend::Create(
    LoadedModel model, const CpuBackendOptions& options) {
  KAITO_RETURN_IF_ERROR(CheckOptions(options, model.config.decoder));
  KAITO_RETURN_IF_ERROR(CheckDecoder(model.config.decoder));
  KAITO_ASSIGN_OR_RETURN(
      std::unique_ptr<kernels::WorkerTeam> team,
      kernels::WorkerTeam::Create(options.threads == 0 ? HardwareThreads()
                                                       : options.threads));
  return absl::WrapUnique(
      new CpuBackend(std::move(model), options, std::move(team)));
}

CpuBackend::CpuBackend(LoadedModel model, const CpuBackendOptions& options,
                       std::unique_ptr<kernels::WorkerTeam> team)
    : model_(std::move(model)),
      options_(options),
      team_(std::move(team)),
      rope_(model_.config.decoder.rope) {}

PackedShape CpuBackend::ShapeOf(const PackedBatch& batch,
                                const AdapterIndex& adapter) const {
  return {.config = config(),
          .weights = model_.weights,
          .tokens = batch.tokens(),
          .starts = batch.starts,
          .largest_rank = adapter.largest_rank(),
          .stream = stream()};
}

absl::StatusOr<Keep> CpuBackend::ChooseKeep(const PackedShape& shape) const {
  PackedShape all = shape;
  all.keep = Keep::kAll;
  ScratchLayout measure;
  KAITO_RETURN_IF_ERROR(LayOut(all, measure).status());
  return measure.bytes() <= options_.activation_bytes ? Keep::kAll
                                                      : Keep::kInputs;
}

absl::StatusOr<PackedBuffers> CpuBackend::LayOutScratch(
    const PackedShape& shape) const {
  ScratchLayout measure;
  KAITO_RETURN_IF_ERROR(LayOut(shape, measure).status());
  KAITO_ASSIGN_OR_RETURN(ScratchLayout layout,
                         scratch_.Reserve(measure.bytes()));
  return LayOut(shape, layout);
}

absl::StatusOr<PackedBuffers> CpuBackend::Prepare(
    const PackedShape& shape, const PackedBatch& batch) const {
  KAITO_ASSIGN_OR_RETURN(PackedBuffers buffers, LayOutScratch(shape));
  int64_t longest = 0;
  for (int64_t s = 0; s < batch.sequences(); ++s) {
    longest = std::max<int64_t>(longest, batch.starts[s + 1] - batch.starts[s]);
  }
  KAITO_RETURN_IF_ERROR(rope_.Grow(longest));
  for (int64_t s = 0; s < batch.sequences(); ++s) {
    const int64_t length = batch.starts[s + 1] - batch.starts[s];
    for (int64_t i = 0; i < length; ++i) {
      buffers.rope_rows[batch.starts[s] + i] =
          static_cast<int32_t>(rope_.Row(i, length));
    }
  }
  int64_t selected = 0;
  for (int64_t t = 0; t < batch.tokens(); ++t) {
    if (batch.labels[t] < 0) continue;
    buffers.selected[selected] = static_cast<int32_t>(t);
    buffers.selected_labels[selected++] = batch.labels[t];
  }
  return buffers;
}

absl::StatusOr<PassTotals> CpuBackend::Loss(const PackedBuffers& buffers,
                                            int64_t selected, float* d_normed,
                                            double gradient_scale) const {
  const FloatTable& head = model_.weights.logits_table();
  kernels::CrossEntropyTotals totals;
  KAITO_RETURN_IF_ERROR(
      kernels::CrossEntropy({.hidden = buffers.normed,
                             .weight = head.data.As<void>(),
                             .weight_type = head.type,
                             .labels = buffers.selected_labels,
                             .tokens = selected,
                             .hidden_size = config().hidden_size,
                             .vocabulary = config().vocab_size,
                             .totals = &totals,
                             .loss = buffers.selected_losses,
                             .dhidden = d_normed,
                             .gradient_scale = gradient_scale},
                            stream()));
  return PassTotals{.loss_sum = totals.loss_sum,
                    .count = totals.count,
                    .correct = totals.correct};
}

absl::StatusOr<PassTotals> CpuBackend::Score(
    const PackedBatch& batch, const LoraAdapter* adapter,
    std::vector<float>* token_losses) const {
  KAITO_RETURN_IF_ERROR(CheckBatch(batch, config()));
  KAITO_ASSIGN_OR_RETURN(const AdapterIndex index,
                         AdapterIndex::Create(adapter, model_.weights));
  if (token_losses != nullptr) token_losses->assign(batch.tokens(), 0.0f);
  const int64_t targets = TargetCount(batch);
  if (targets == 0) return PassTotals();
  KAITO_ASSIGN_OR_RETURN(const PackedBuffers buffers,
                         Prepare(ShapeOf(batch, index), batch));
  const std::span<const int32_t> selected(buffers.selected, targets);
  PackedPass pass(pass_model(),
                  {.batch = batch, .selected = selected, .adapter = index},
                  buffers);
  KAITO_RETURN_IF_ERROR(pass.Forward());
  KAITO_ASSIGN_OR_RETURN(const PassTotals totals,
                         Loss(buffers, targets, nullptr, 1));
  for (int64_t i = 0; token_losses != nullptr && i < targets; ++i) {
    (*token_losses)[selected[i]] = buffers.selected_losses[i];
  }
  return totals;
}

absl::StatusOr<PassTotals> CpuBackend::Gradients(
    const PackedBatch& batch, const LoraAdapter& adapter,
    const GradientOptions& options, LoraGradients& gradients) const {
  KAITO_RETURN_IF_ERROR(CheckBatch(batch, config()));
  KAITO_RETURN_IF_ERROR(CheckGradients(adapter, options, gradients));
  KAITO_ASSIGN_OR_RETURN(const AdapterIndex index,
                         AdapterIndex::Create(&adapter, model_.weights));
  const int64_t targets = TargetCount(batch);
  if (targets == 0) return PassTotals();  // Adds nothing.
  PackedShape shape = ShapeOf(batch, index);
  shape.dropout = options.dropout > 0;
  KAITO_ASSIGN_OR_RETURN(shape.keep, ChooseKeep(shape));
  KAITO_ASSIGN_OR_RETURN(const PackedBuffers buffers, Prepare(shape, batch));
  const std::span<const int32_t> selected(buffers.selected, targets);
  PackedPass pass(pass_model(),
                  {.batch = batch,
                   .selected = selected,
                   .adapter = index,
                   .dropout = options.dropout,
                   .dropout_seed = options.dropout_seed,
                   .keep = shape.keep},
                  buffers);
  KAITO_RETURN_IF_ERROR(pass.Forward());
  KAITO_ASSIGN_OR_RETURN(
      const PassTotals totals,
      Loss(buffers, targets, buffers.d_normed, options.gradient_scale));
  KAITO_RETURN_IF_ERROR(pass.Backward(gradients));
  return totals;
}

absl::StatusOr<std::unique_ptr<KvCache>> CpuBackend::NewCache(
    const KvCacheOptions& options) const {
  return PagedCache::Create(config(), options);
}

int64_t CpuBackend::KvBytesPerToken() const {
  return PagedCache::BytesPerToken(config());
}

absl::StatusOr<PackedBuffers> CpuBackend::PrepareStep(const StepPlan& plan,
                                                      int64_t largest_rank,
                                                      PagedCache& cache) const {
  const int64_t deepest =
      *std::max_element(plan.lengths.begin(), plan.lengths.end());
  KAITO_RETURN_IF_ERROR(rope_.Grow(deepest));
  PackedShape shape = {.config = config(),
                       .weights = model_.weights,
                       .tokens = plan.tokens(),
                       .starts = plan.starts,
                       .largest_rank = largest_rank,
                       .stream = stream()};
  KAITO_ASSIGN_OR_RETURN(shape.least_workspace_bytes,
                         DecodeWorkspaceBytes(pass_model(), plan, cache));
  KAITO_ASSIGN_OR_RETURN(PackedBuffers buffers, LayOutScratch(shape));
  for (int64_t t = 0; t < plan.tokens(); ++t) {
    buffers.rope_rows[t] =
        static_cast<int32_t>(rope_.Row(plan.positions[t], longest_sequence()));
  }
  return buffers;
}

absl::Status CpuBackend::Step(absl::Span<const StepRow> rows, KvCache& cache,
                              absl::Span<float> logits) const {
  // The interface's: a cache is used with the backend that made it.
  auto& paged = static_cast<PagedCache&>(cache);
  if (!paged.Fits(config())) {
    return absl::InvalidArgumentError(
        "step: the cache was made for another model");
  }
  if (rows.empty()) return absl::OkStatus();
  KAITO_ASSIGN_OR_RETURN(const StepPlan plan,
                         PlanStep(rows, config(),
                                  {.blocks = paged.blocks(),
                                   .block_size = paged.block_size(),
                                   .longest_sequence = longest_sequence()}));
  const int64_t wanted = std::ssize(plan.outputs) * config().vocab_size;
  if (static_cast<int64_t>(logits.size()) != wanted) {
    return absl::InvalidArgumentError(
        absl::StrCat("step: room for ", logits.size(), " logits, want ",
                     plan.outputs.size(), " rows of ", config().vocab_size));
  }
  std::vector<AdapterIndex> adapters;
  int64_t largest_rank = 0;
  for (const LoraAdapter* adapter : plan.adapters) {
    KAITO_ASSIGN_OR_RETURN(AdapterIndex index,
                           AdapterIndex::Create(adapter, model_.weights));
    largest_rank = std::max(largest_rank, index.largest_rank());
    adapters.push_back(std::move(index));
  }
  KAITO_ASSIGN_OR_RETURN(const PackedBuffers buffers,
                         PrepareStep(plan, largest_rank, paged));
  CachedPass pass(pass_model(),
                  {.plan = plan,
                   .adapters = adapters,
                   .largest_rank = largest_rank,
                   .cache = paged},
                  buffers);
  return pass.Run(logits);
}

int64_t CpuBackend::GradientScratchBytes(int64_t tokens, int64_t longest,
                                         const LoraAdapter& adapter) const {
  if (tokens < 1 || longest < 1) return 0;
  std::vector<int32_t> starts = {0};
  while (starts.back() < tokens) {
    starts.push_back(
        static_cast<int32_t>(std::min(tokens, starts.back() + longest)));
  }
  PackedShape shape = {.config = config(),
                       .weights = model_.weights,
                       .tokens = tokens,
                       .starts = starts,
                       .dropout = true,
                       .stream = stream()};
  for (const LoraModule& m : adapter.modules) {
    shape.largest_rank = std::max(shape.largest_rank, m.rank);
  }
  const absl::StatusOr<Keep> keep = ChooseKeep(shape);
  if (!keep.ok()) return 0;  // Sizes that no pass takes.
  shape.keep = *keep;
  ScratchLayout measure;
  if (!LayOut(shape, measure).ok()) return 0;
  return measure.bytes() + team_->count() * kCrossEntropyRows *
                               config().hidden_size *
                               static_cast<int64_t>(sizeof(float));
}

}  // namespace kaito::runtime
