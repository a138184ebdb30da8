#include "kaito/runtime/train/tune.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/job/layout.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/adapter/adapter_directory.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/adapter/new_adapter.h"
#include "kaito/runtime/adapter/target_match.h"
#include "kaito/runtime/backend/cpu_backend.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/batch/batch_plan.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/model/model_config.h"
#include "kaito/runtime/train/available_memory.h"
#include "kaito/runtime/train/checkpoint.h"
#include "kaito/runtime/train/fingerprint.h"
#include "kaito/runtime/train/memory_plan.h"
#include "kaito/runtime/train/progress_reporter.h"
#include "kaito/runtime/train/recipe.h"
#include "kaito/runtime/train/schedule.h"
#include "kaito/runtime/train/training_loop.h"
#include "kaito/runtime/train/training_state.h"
#include "kaito/runtime/train/tune_output.h"
#include "kaito/runtime/train/tuning_data.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kMaxConfigBytes = 1 << 20;

// ErrnoToStatus() gives a full disk the code of memory that is short; the one
// heals, the other doesn't.
absl::Status DiskError(const absl::Status& status) {
  if (!absl::IsResourceExhausted(status)) return status;
  return absl::UnavailableError(
      absl::StrCat(status.message(), "; free some space and start again"));
}

// `stated` steps, or a share of all where that is below 1; at least 1.
int64_t Steps(double stated, int64_t total) {
  const double steps =
      stated < 1 ? std::ceil(stated * static_cast<double>(total)) : stated;
  return std::max<int64_t>(1, static_cast<int64_t>(steps));
}

class TuneRun {
 public:
  TuneRun(const Recipe& recipe, const TuneEnvironment& environment)
      : recipe_(recipe),
        environment_(environment),
        progress_(environment.progress, *environment.clock, environment.write) {
  }

  absl::StatusOr<TuneResult> Run() {
    for (const std::string& note : recipe_.notes) Say(note);
    KAITO_RETURN_IF_ERROR(DiskError(MakeDirs(recipe_.output)));
    KAITO_RETURN_IF_ERROR(RemoveLeftovers(recipe_.output));
    KAITO_RETURN_IF_ERROR(Prepare());
    if (recipe_.resume == "auto" &&
        IsFinished(recipe_.output, facts_.fingerprint)) {
      Say("this run is finished already: nothing to train");
      return Push(ReportedLoss(recipe_.output));
    }
    KAITO_RETURN_IF_ERROR(
        DiskError(RemoveAll(JoinPath(recipe_.output, api::kSentinelFile))));
    KAITO_RETURN_IF_ERROR(LoadBase());
    KAITO_RETURN_IF_ERROR(Begin());
    KAITO_RETURN_IF_ERROR(TrainAndSave());
    KAITO_RETURN_IF_ERROR(Finish());
    return Push(state_.last_loss);
  }

 private:
  void Say(absl::string_view text) const {
    environment_.write(absl::StrCat(text, "\n"));
  }

  // All that needs no weights: what is wrong with recipe or data is said now.
  absl::Status Prepare() {
    progress_.SetPhase("data");
    const std::string path = JoinPath(recipe_.model.directory, "config.json");
    KAITO_ASSIGN_OR_RETURN(const std::string text,
                           ReadFile(path, kMaxConfigBytes));
    absl::StatusOr<ModelConfig> model = ParseModelConfig(text);
    if (!model.ok()) return Annotate(model.status(), path);
    model_ = *std::move(model);
    KAITO_RETURN_IF_ERROR(MatchAdapter());
    KAITO_ASSIGN_OR_RETURN(data_,
                           LoadTuningData(recipe_, environment_.clock->Now()));
    environment_.write(data_.description);
    KAITO_RETURN_IF_ERROR(PlanBatches(0));
    KAITO_RETURN_IF_ERROR(PlanSchedule());
    KAITO_ASSIGN_OR_RETURN(report_.model_digest,
                           ModelDigest(recipe_.model.directory));
    report_.data_digest = data_.digest;
    report_.config_digest = environment_.config_digest;
    report_.seed = recipe_.seed;
    facts_.fingerprint =
        Fingerprint(recipe_, facts_.adapter, report_.model_digest, data_.digest,
                    plan_->total_steps());
    return absl::OkStatus();
  }

  absl::Status MatchAdapter() {
    AdapterConfig config = recipe_.adapter.config;
    if (config.targets.empty()) config.targets = DefaultTargets(model_.decoder);
    if (recipe_.adapter.alias_fused) {
      config.targets = AliasFused(config.targets, model_.decoder, model_.names);
    }
    KAITO_ASSIGN_OR_RETURN(match_,
                           MatchTargets(config, model_.decoder, model_.names));
    if (!match_.unmatched.empty()) {
      const std::string what = absl::StrCat(
          "target_modules: this model has no ",
          absl::StrJoin(match_.unmatched, ", "), "; it has ",
          absl::StrJoin(LinearNames(model_.decoder, model_.names), ", "));
      if (recipe_.adapter.strict_targets) {
        return absl::InvalidArgumentError(what);
      }
      Say(absl::StrCat("WARNING: ", what,
                       ". Only the others are trained, as PEFT does it. "
                       "LoraConfig.alias_fused: true maps the split names to "
                       "the fused ones, strict_targets: true makes this an "
                       "error."));
    }
    facts_.adapter = Resolved(config, match_, model_.decoder, model_.names);
    facts_.card = AdapterCard(facts_.adapter);
    layout_ = AdapterLayout(facts_.adapter, match_);
    return absl::OkStatus();
  }

  absl::Status PlanBatches(int64_t max_pass_tokens) {
    BatchOptions options = recipe_.data.batches;
    options.max_pass_tokens = max_pass_tokens;
    KAITO_ASSIGN_OR_RETURN(BatchPlan plan,
                           BatchPlan::Make(data_.train, options));
    plan_ = std::make_unique<BatchPlan>(std::move(plan));
    return absl::OkStatus();
  }

  absl::Status PlanSchedule() {
    const int64_t total = plan_->total_steps();
    absl::StatusOr<Schedule> schedule = MakeSchedule(
        recipe_.schedule.name, recipe_.schedule.arguments,
        {.rate = recipe_.schedule.rate,
         .warmup = WarmupSteps(recipe_.schedule.warmup_steps,
                               recipe_.schedule.warmup_ratio, total),
         .total = total});
    if (!schedule.ok()) {
      return Annotate(schedule.status(), "training_config.TrainingArguments");
    }
    schedule_ = *std::move(schedule);
    facts_.run = {.total_steps = total,
                  .epochs = plan_->EpochsAfter(total),
                  .rows_per_batch = recipe_.data.batches.rows_per_batch,
                  .log_every = Steps(recipe_.save.log_every, total),
                  .save_every = recipe_.save.strategy == SaveStrategy::kSteps
                                    ? Steps(recipe_.save.every, total)
                                    : 0};
    return absl::OkStatus();
  }

  absl::Status LoadBase() {
    progress_.SetPhase("load");
    const int64_t state_bytes = AdapterStateBytes(ParameterCount(match_));
    KAITO_RETURN_IF_ERROR(
        CheckMemory({.parts = {{"frozen weights",
                                EstimateWeightBytes(model_, recipe_.model.nf4)},
                               {"adapter and optimiser", state_bytes}},
                     .available_bytes = AvailableMemory()}));
    KAITO_ASSIGN_OR_RETURN(
        LoadedModel loaded,
        LoadModel(recipe_.model.directory,
                  {.quantization = recipe_.model.nf4 ? Quantization::kNf4
                                                     : Quantization::kAuto,
                   .threads = environment_.threads}));
    for (const std::string& warning : loaded.warnings) {
      Say(absl::StrCat("WARNING: ", warning));
    }
    KAITO_ASSIGN_OR_RETURN(
        backend_, CpuBackend::Create(std::move(loaded),
                                     {.threads = environment_.threads}));
    return PlanMemory(state_bytes);
  }

  // Prints the plan. Where a step's rows do not fit together they go in
  // several passes, which changes nothing in what is computed.
  absl::Status PlanMemory(int64_t state_bytes) {
    const int64_t longest =
        std::max(LongestRow(data_.train), LongestRow(data_.eval));
    const int64_t available = AvailableMemory();
    int64_t pass_tokens = plan_->largest_pass_tokens();
    MemoryPlan plan;
    for (;;) {
      plan.parts = {{"frozen weights", backend_->WeightBytes()},
                    {"adapter and optimiser", state_bytes},
                    {"activations", backend_->GradientScratchBytes(
                                        pass_tokens, longest, layout_)}};
      plan.available_bytes =
          available > 0 ? available + backend_->WeightBytes() : 0;
      if (CheckMemory(plan).ok() || pass_tokens <= longest) break;
      pass_tokens = std::max(longest, pass_tokens / 2);
      KAITO_RETURN_IF_ERROR(PlanBatches(pass_tokens));
    }
    pass_tokens_ = pass_tokens;
    Say(FormatMemoryPlan(plan));
    return CheckMemory(plan);
  }

  // The state to go on from: of a checkpoint, or a new one.
  absl::Status Begin() {
    state_ = NewTrainingState(NewAdapter(facts_.adapter, match_, recipe_.seed));
    if (recipe_.resume == "never") return absl::OkStatus();
    if (recipe_.resume != "auto") {
      absl::StatusOr<TrainingState> named =
          LoadCheckpoint(recipe_.resume, layout_, facts_.fingerprint);
      if (absl::IsFailedPrecondition(named.status())) {
        // Waiting does not help: the user has named another run's.
        return absl::InvalidArgumentError(named.status().message());
      }
      if (!named.ok()) return named.status();
      state_ = *std::move(named);
      Say(absl::StrCat("going on from ", recipe_.resume));
      return absl::OkStatus();
    }
    KAITO_ASSIGN_OR_RETURN(const std::vector<FoundCheckpoint> found,
                           ListCheckpoints(recipe_.output));
    for (const FoundCheckpoint& checkpoint : found) {
      absl::StatusOr<TrainingState> state =
          LoadCheckpoint(checkpoint.path, layout_, facts_.fingerprint);
      if (state.ok()) {
        state_ = *std::move(state);
        Say(absl::StrCat("going on from ", checkpoint.path));
        break;
      }
      Say(absl::StrCat("WARNING: ", checkpoint.path,
                       " is not used: ", state.status().message()));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::optional<Evaluation>> EvaluateRows(
      const LoraAdapter* adapter, absl::string_view when) {
    if (data_.eval.empty()) return std::optional<Evaluation>();
    progress_.SetPhase("eval");
    KAITO_ASSIGN_OR_RETURN(const std::vector<PackedBatch> batches,
                           EvalBatches(data_.eval, pass_tokens_));
    KAITO_ASSIGN_OR_RETURN(
        const Evaluation evaluation,
        Evaluate(*backend_, batches, adapter, environment_.stop));
    Say(absl::StrCat("held-out rows, ", when, ": loss ", evaluation.loss,
                     ", accuracy ", evaluation.accuracy, " over ",
                     evaluation.targets, " tokens"));
    return std::optional<Evaluation>(evaluation);
  }

  bool IsSaveDue(const StepReport& report) const {
    if (report.step == facts_.run.total_steps) return false;
    switch (recipe_.save.strategy) {
      case SaveStrategy::kNo:
        return false;
      case SaveStrategy::kSteps:
        return report.step % facts_.run.save_every == 0;
      case SaveStrategy::kEpoch:
        return report.step % plan_->steps_per_epoch() == 0;
    }
    return false;
  }

  absl::Status Save() {
    return DiskError(SaveCheckpoint(
        recipe_.output, facts_, state_,
        {.keep = recipe_.save.keep, .file_system = environment_.file_system}));
  }

  absl::Status TrainAndSave() {
    KAITO_ASSIGN_OR_RETURN(report_.before, EvaluateRows(nullptr, "before"));
    BatchSource source(*plan_);
    const auto data = [&](int64_t step) -> absl::StatusOr<StepInput> {
      source.Seek(step);
      StepBatch batch = source.Next();
      return StepInput{.passes = std::move(batch.passes),
                       .epoch_after = plan_->EpochsAfter(step + 1)};
    };
    progress_.Begin(state_.step, facts_.run.total_steps, state_.epoch,
                    state_.tokens);
    progress_.SetPhase("train");
    const SteadyTime begun = environment_.clock->NowSteady();
    const int64_t first_step = state_.step;
    const int64_t first_tokens = state_.tokens;
    const absl::Status trained =
        Train(*backend_, data, *schedule_,
              {.optimizer = recipe_.optimizer,
               .dropout = facts_.adapter.dropout,
               .seed = recipe_.seed,
               .log_every = facts_.run.log_every},
              environment_.stop, state_, [&](const StepReport& report) {
                progress_.AddStep(report);
                return IsSaveDue(report) ? Save() : absl::OkStatus();
              });
    report_.training_time = environment_.clock->NowSteady() - begun;
    report_.trained_steps = state_.step - first_step;
    report_.trained_tokens = state_.tokens - first_tokens;
    if (!trained.ok() && environment_.stop.stopped() && state_.step > 0) {
      progress_.SetPhase("save");
      KAITO_RETURN_IF_ERROR(Save());
      Say(absl::StrCat("stopped after step ", state_.step,
                       "; start again to go on from there"));
    }
    return trained;
  }

  absl::Status Finish() {
    KAITO_ASSIGN_OR_RETURN(report_.after,
                           EvaluateRows(&state_.adapter, "after"));
    progress_.SetPhase("save");
    report_.finished = environment_.clock->Now();
    return DiskError(WriteOutput(recipe_.output, facts_,
                                 recipe_.adapter.store_bf16, state_, report_,
                                 environment_.file_system));
  }

  absl::StatusOr<TuneResult> Push(std::optional<double> loss) {
    TuneResult result = {.loss = loss};
    if (environment_.push != nullptr) {
      progress_.SetPhase("push");
      KAITO_ASSIGN_OR_RETURN(result.digest, environment_.push(recipe_.output));
    }
    progress_.Finish();
    Say(absl::StrCat("the adapter is in ", recipe_.output));
    return result;
  }

  const Recipe& recipe_;
  const TuneEnvironment& environment_;
  ProgressReporter progress_;
  ModelConfig model_;
  TargetMatch match_;
  LoraAdapter layout_;
  CheckpointFacts facts_;
  TuneReport report_;
  TuningData data_;
  std::unique_ptr<BatchPlan> plan_;
  std::optional<Schedule> schedule_;
  std::unique_ptr<CpuBackend> backend_;
  int64_t pass_tokens_ = 0;
  TrainingState state_;
};

}  // namespace

absl::StatusOr<TuneResult> Tune(const Recipe& recipe,
                                const TuneEnvironment& environment) {
  return TuneRun(recipe, environment).Run();
}

}  // namespace kaito::runtime
