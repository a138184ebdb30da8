#include "kaito/runtime/serve/engine/engine.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/thread/thread.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/serve/engine/engine_metrics.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/engine/sampling_options.h"
#include "kaito/runtime/serve/engine/scheduler.h"
#include "kaito/runtime/serve/engine/sequence.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime::serve {
namespace {

// OpenAI takes 4. Every piece of text is compared with all of them.
constexpr size_t kMaxStops = 32;
constexpr size_t kMaxStopBytes = 1024;

absl::Status Wrong(absl::string_view field, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(field, ": ", what));
}

// Fills in what the options leave open. InvalidArgument where nothing fits.
absl::Status Complete(const DecoderBackend& backend, EngineOptions& options) {
  const int64_t made_for = backend.config().max_positions;
  if (options.max_model_len <= 0) options.max_model_len = made_for;
  options.max_model_len = std::min(options.max_model_len, made_for);
  if (options.block_size < 1 || options.max_running < 1 ||
      options.max_waiting < 1 || options.chunk_tokens < 1 ||
      options.blocks < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("serving engine: block size ", options.block_size, ", ",
                     options.max_running, " running, ", options.max_waiting,
                     " waiting, chunks of ", options.chunk_tokens,
                     ": all want to be 1 or more"));
  }
  options.step_tokens =
      std::max(options.step_tokens, options.chunk_tokens + options.max_running);
  if (options.blocks == 0) {
    const int64_t block_bytes =
        std::max<int64_t>(1, options.block_size * backend.KvBytesPerToken());
    const int64_t per_sequence =
        (options.max_model_len + options.block_size - 1) / options.block_size;
    options.blocks = std::min(options.cache_bytes / block_bytes,
                              options.max_running * per_sequence);
    if (options.blocks < 1) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "serving engine: a block of ", options.block_size, " tokens takes ",
          block_bytes, " bytes, the cache may have ", options.cache_bytes));
    }
  }
  options.max_model_len =
      std::min(options.max_model_len, options.blocks * options.block_size);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> Engine::Start(
    Clock& clock, const DecoderBackend& backend, const Tokenizer& tokenizer,
    EngineOptions options) {
  KAITO_RETURN_IF_ERROR(Complete(backend, options));
  KAITO_ASSIGN_OR_RETURN(std::unique_ptr<KvCache> cache,
                         backend.NewCache({.blocks = options.blocks,
                                           .block_size = options.block_size}));
  std::unique_ptr<Engine> engine(new Engine(
      clock, backend, tokenizer, std::move(options), std::move(cache)));
  Engine* const e = engine.get();
  KAITO_ASSIGN_OR_RETURN(engine->thread_,
                         Thread::Start("engine", [e] { e->Loop(); }));
  return engine;
}

Engine::Engine(Clock& clock, const DecoderBackend& backend,
               const Tokenizer& tokenizer, EngineOptions options,
               std::unique_ptr<KvCache> cache)
    : clock_(clock),
      backend_(backend),
      tokenizer_(tokenizer),
      options_(std::move(options)),
      cache_(std::move(cache)),
      scheduler_({.blocks = cache_->blocks(),
                  .block_size = cache_->block_size(),
                  .max_running = options_.max_running,
                  .chunk_tokens = options_.chunk_tokens,
                  .step_tokens = options_.step_tokens}) {
  Publish();
}

Engine::~Engine() {
  {
    MutexLock lock(mutex_);
    draining_ = stopping_ = true;
    changed_.NotifyAll();
  }
  thread_.Join();
}

absl::Status Engine::Check(const GenerationRequest& request) const {
  if (request.prompt.empty()) return Wrong("prompt", "is empty");
  const int64_t prompt = static_cast<int64_t>(request.prompt.size());
  const int64_t vocab = backend_.config().vocab_size;
  for (const int32_t id : request.prompt) {
    if (id < 0 || id >= vocab) {
      return Wrong(
          "prompt",
          absl::StrCat("holds ", id, ", want token ids of 0 to ", vocab - 1));
    }
  }
  if (request.max_tokens < 1) {
    return Wrong("max_tokens",
                 absl::StrCat("is ", request.max_tokens, ", want 1 or more"));
  }
  if (prompt + request.max_tokens > max_model_len()) {
    return Wrong(
        "prompt",
        absl::StrCat("this model's maximum context length is ", max_model_len(),
                     " tokens; the prompt has ", prompt, ", and ",
                     request.max_tokens, " are asked for in the answer"));
  }
  if (request.min_tokens < 0 || request.min_tokens > request.max_tokens) {
    return Wrong("min_tokens",
                 absl::StrCat("is ", request.min_tokens,
                              ", want 0 to max_tokens, ", request.max_tokens));
  }
  if (request.stop.size() > kMaxStops || request.stop_ids.size() > kMaxStops) {
    return Wrong("stop", absl::StrCat("has more than ", kMaxStops, " items"));
  }
  for (const std::string& stop : request.stop) {
    if (stop.empty() || stop.size() > kMaxStopBytes) {
      return Wrong("stop", absl::StrCat("an item has ", stop.size(),
                                        " bytes, want 1 to ", kMaxStopBytes));
    }
  }
  for (const int32_t id : request.stop_ids) {
    if (id < 0 || id >= vocab) {
      return Wrong("stop_token_ids",
                   absl::StrCat(id, " is no token, want 0 to ", vocab - 1));
    }
  }
  return CheckSampling(request.sampling, vocab);
}

absl::Status Engine::Submit(std::vector<Submission> together) {
  for (const Submission& submission : together) {
    KAITO_RETURN_IF_ERROR(Check(submission.request));
  }
  const SteadyTime now = clock_.NowSteady();
  MutexLock lock(mutex_);
  if (draining_) {
    return absl::UnavailableError("serving engine: it is shutting down");
  }
  const int64_t waiting =
      published_.waiting + static_cast<int64_t>(inbox_.size());
  const int64_t count = static_cast<int64_t>(together.size());
  if (waiting + count > options_.max_waiting) {
    ++refused_;
    return absl::ResourceExhaustedError(
        absl::StrCat("serving engine: ", waiting, " requests wait, at most ",
                     options_.max_waiting, " may; try again later"));
  }
  for (Submission& submission : together) {
    inbox_.push_back(std::move(submission));
    inbox_times_.push_back(now);
  }
  idle_ = idle_ && count == 0;
  changed_.NotifyAll();
  return absl::OkStatus();
}

void Engine::Drain(SteadyTime deadline) {
  MutexLock lock(mutex_);
  draining_ = true;
  while (!idle_) {
    if (clock_.WaitUntil(changed_, mutex_, deadline)) break;
  }
  stopping_ = true;
  changed_.NotifyAll();
  while (!idle_) changed_.Wait(mutex_);
}

EngineMetrics Engine::metrics() const {
  MutexLock lock(mutex_);
  EngineMetrics metrics = published_;
  metrics.waiting += static_cast<int64_t>(inbox_.size());
  metrics.refused = refused_;
  return metrics;
}

absl::Status Engine::health() const {
  MutexLock lock(mutex_);
  return published_health_;
}

void Engine::Loop() {
  while (TakeInbox()) {
    DropCancelled();
    DoStep();
    Publish();
  }
  FailAll(absl::UnavailableError("serving engine: the server stops"));
  Publish();
}

bool Engine::TakeInbox() {
  std::vector<Submission> taken;
  std::vector<SteadyTime> times;
  bool go_on = true;
  {
    MutexLock lock(mutex_);
    while (inbox_.empty() && sequences_.empty() && !stopping_) {
      changed_.Wait(mutex_);
    }
    go_on = !stopping_;
    taken.swap(inbox_);
    times.swap(inbox_times_);
    published_.waiting += static_cast<int64_t>(taken.size());
  }
  for (size_t i = 0; i < taken.size(); ++i) {
    auto sequence = std::make_unique<Sequence>(std::move(taken[i]), tokenizer_,
                                               options_.eos_ids);
    sequence->times.submitted = times[i];
    scheduler_.Add(next_id_, sequence->prompt_tokens());
    sequences_.emplace(next_id_++, std::move(sequence));
  }
  return go_on;
}

void Engine::DropCancelled() {
  for (auto it = sequences_.begin(); it != sequences_.end();) {
    const Scheduler::Id id = it->first;
    Sequence& sequence = *it->second;
    ++it;  // End() erases.
    if (!sequence.request().cancelled.stopped()) continue;
    sequence.Fail(sequence.request().cancelled.status());
    End(id);
  }
}

void Engine::DoStep() {
  const std::vector<Scheduler::Row> rows = scheduler_.Plan();
  if (rows.empty()) return;
  PublishLoad();  // Steps may take long.
  const SteadyTime begin = clock_.NowSteady();
  std::vector<StepRow> step;
  int64_t wanted = 0;
  int64_t tokens = 0;
  for (const Scheduler::Row& row : rows) {
    Sequence& sequence = *sequences_.at(row.id);
    if (!sequence.times.started.has_value()) sequence.times.started = begin;
    const std::span<const int32_t> table = scheduler_.BlockTable(row.id);
    const std::span<const int32_t> ids = sequence.ids().subspan(
        static_cast<size_t>(row.begin), static_cast<size_t>(row.count));
    step.push_back(
        {.ids = absl::MakeConstSpan(ids.data(), ids.size()),
         .position = row.begin,
         .block_table = absl::MakeConstSpan(table.data(), table.size()),
         .adapter = sequence.request().adapter.get(),
         .wants_logits = row.wants_logits});
    wanted += row.wants_logits ? 1 : 0;
    tokens += row.count;
    // Generated ones run one by one, and count where they are made.
    if (row.begin < sequence.prompt_tokens()) {
      counts_.prompt_tokens += row.count;
    }
  }
  logits_.resize(static_cast<size_t>(wanted * backend_.config().vocab_size));
  last_step_ = backend_.Step(step, *cache_, absl::MakeSpan(logits_));
  ++counts_.steps;
  counts_.step_tokens.Add(static_cast<double>(tokens));
  if (last_step_.ok()) {
    AdvanceRows(rows, clock_.NowSteady());
    return;
  }
  ++counts_.failed_steps;
  for (const Scheduler::Row& row : rows) {
    sequences_.at(row.id)->Fail(last_step_);
    End(row.id);
  }
}

void Engine::AdvanceRows(const std::vector<Scheduler::Row>& rows,
                         SteadyTime now) {
  const size_t vocab = static_cast<size_t>(backend_.config().vocab_size);
  size_t at = 0;
  for (const Scheduler::Row& row : rows) {
    if (!row.wants_logits) continue;
    const std::span<const float> logits(logits_.data() + at * vocab, vocab);
    ++at;
    Sequence& sequence = *sequences_.at(row.id);
    Sequence::Times& times = sequence.times;
    const bool first = !times.first_token.has_value();
    const bool ended = sequence.Advance(logits, scratch_);
    if (sequence.reason() != FinishReason::kFailed) {
      ++counts_.generation_tokens;
      if (first) {
        times.first_token = now;
        counts_.first_token.Add(absl::ToDoubleSeconds(now - times.submitted));
      } else {
        counts_.between_tokens.Add(
            absl::ToDoubleSeconds(now - times.last_token));
      }
      times.last_token = now;
    }
    if (ended) {
      End(row.id);
    } else {
      scheduler_.Grow(row.id);
    }
  }
}

void Engine::End(Scheduler::Id id) {
  const std::unique_ptr<Sequence> sequence = std::move(sequences_.at(id));
  sequences_.erase(id);
  scheduler_.Remove(id);
  CountEnd(*sequence, clock_.NowSteady());
  sequence->Finish();
}

void Engine::FailAll(const absl::Status& why) {
  while (!sequences_.empty()) {
    sequences_.begin()->second->Fail(why);
    End(sequences_.begin()->first);
  }
}

void Engine::CountEnd(const Sequence& sequence, SteadyTime now) {
  if (sequence.reason() == FinishReason::kFailed) {
    ++(sequence.request().cancelled.stopped() ? counts_.finished_abort
                                              : counts_.finished_error);
    return;
  }
  ++(sequence.reason() == FinishReason::kStop ? counts_.finished_stop
                                              : counts_.finished_length);
  const Sequence::Times& times = sequence.times;
  const auto add = [](Histogram& histogram, SteadyTime from, SteadyTime to) {
    histogram.Add(absl::ToDoubleSeconds(to - from));
  };
  const SteadyTime started = times.started.value_or(times.submitted);
  const SteadyTime first = times.first_token.value_or(now);
  add(counts_.whole_request, times.submitted, now);
  add(counts_.queue, times.submitted, started);
  add(counts_.prefill, started, first);
  add(counts_.decode, first, times.last_token);
  add(counts_.inference, started, times.last_token);
  const int64_t answer = sequence.answer_tokens();
  if (answer > 1) {
    counts_.per_token.Add(absl::ToDoubleSeconds(times.last_token - first) /
                          static_cast<double>(answer - 1));
  }
  counts_.request_prompt_tokens.Add(
      static_cast<double>(sequence.prompt_tokens()));
  counts_.request_generation_tokens.Add(static_cast<double>(answer));
  counts_.request_max_tokens.Add(
      static_cast<double>(sequence.request().max_tokens));
}

void Engine::PublishLoad() {
  MutexLock lock(mutex_);
  published_.running = scheduler_.running();
  published_.waiting = scheduler_.waiting();
  published_.free_blocks = scheduler_.free_blocks();
}

void Engine::Publish() {
  counts_.running = scheduler_.running();
  counts_.waiting = scheduler_.waiting();
  counts_.free_blocks = scheduler_.free_blocks();
  counts_.total_blocks = scheduler_.total_blocks();
  counts_.block_size = cache_->block_size();
  counts_.preemptions = scheduler_.preemptions();
  MutexLock lock(mutex_);
  published_ = counts_;
  published_health_ = last_step_;
  idle_ = sequences_.empty() && inbox_.empty();
  if (idle_) changed_.NotifyAll();
}

}  // namespace kaito::runtime::serve
