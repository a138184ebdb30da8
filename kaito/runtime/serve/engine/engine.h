#ifndef KAITO_RUNTIME_SERVE_ENGINE_ENGINE_H_
#define KAITO_RUNTIME_SERVE_ENGINE_ENGINE_H_

// Engine: makes the answers of many requests at once on one backend. A thread
// of its own owns the backend and the cache, and does step after step: takes
// what was submitted, drops what was cancelled, runs the scheduler's rows,
// chooses tokens, tells the listeners.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const std::unique_ptr<Engine> engine,
//       Engine::Start(clock, backend, tokenizer, {.eos_ids = eos}));
//   KAITO_RETURN_IF_ERROR(engine->Submit(std::move(submissions)));
//   ...
//   engine->Drain(clock.NowSteady() + absl::Seconds(30));
//
// A request with the same seed gets the same answer whatever else is served.
// For one prompt after another, without a server, see generate_command.h.

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/serve/engine/engine_metrics.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/engine/scheduler.h"
#include "kaito/runtime/serve/engine/sequence.h"
#include "kaito/runtime/serve/engine/token_sampler.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime::serve {

struct EngineOptions {
  std::vector<int32_t> eos_ids;
  // 0: as many as cache_bytes allows, at most what max_running sequences of
  // max_model_len take.
  int64_t blocks = 0;
  int64_t block_size = 16;
  int64_t cache_bytes = int64_t{1} << 30;
  // Prompt and answer; 0: what the model was made for. Less where the cache
  // holds less.
  int64_t max_model_len = 0;
  int64_t max_running = 64;
  int64_t max_waiting = 256;  // Sequences; more are refused.
  int64_t chunk_tokens = 128;
  int64_t step_tokens = 512;
};

class Engine {
 public:
  // Makes the cache and starts the thread. All three outlive the engine.
  // InvalidArgument for options that can't be; ResourceExhausted where the
  // cache doesn't fit.
  static absl::StatusOr<std::unique_ptr<Engine>> Start(
      Clock& clock, const DecoderBackend& backend, const Tokenizer& tokenizer,
      EngineOptions options);
  // Ends what is left with Unavailable.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // All of them or none: then the listeners are gone without a call.
  // InvalidArgument names what is wrong with a request; ResourceExhausted where
  // too many wait; Unavailable once Drain() was called.
  absl::Status Submit(std::vector<Submission> together) KAITO_EXCLUDES(mutex_);

  // Takes no more requests and returns when all have ended; at `deadline`, ends
  // those that are left. Again just waits.
  void Drain(SteadyTime deadline) KAITO_EXCLUDES(mutex_);

  // Of prompt and answer together.
  int64_t max_model_len() const { return options_.max_model_len; }
  EngineMetrics metrics() const KAITO_EXCLUDES(mutex_);
  // OK while steps work; else what the last one said.
  absl::Status health() const KAITO_EXCLUDES(mutex_);

 private:
  // The options hold no zeros any more.
  Engine(Clock& clock, const DecoderBackend& backend,
         const Tokenizer& tokenizer, EngineOptions options,
         std::unique_ptr<KvCache> cache);

  absl::Status Check(const GenerationRequest& request) const;

  // The thread's.
  void Loop();
  // Waits for work. False where the thread should end.
  bool TakeInbox() KAITO_EXCLUDES(mutex_);
  void DropCancelled();
  void DoStep();
  void AdvanceRows(const std::vector<Scheduler::Row>& rows, SteadyTime now);
  void End(Scheduler::Id id);
  void FailAll(const absl::Status& why);
  void CountEnd(const Sequence& sequence, SteadyTime now);
  // How full it is; and all.
  void PublishLoad() KAITO_EXCLUDES(mutex_);
  void Publish() KAITO_EXCLUDES(mutex_);

  Clock& clock_;
  const DecoderBackend& backend_;
  const Tokenizer& tokenizer_;
  const EngineOptions options_;
  const std::unique_ptr<KvCache> cache_;

  // The thread's alone.
  Scheduler scheduler_;
  std::map<Scheduler::Id, std::unique_ptr<Sequence>> sequences_;
  Scheduler::Id next_id_ = 0;
  std::vector<float> logits_;
  SamplerScratch scratch_;
  EngineMetrics counts_;
  absl::Status last_step_;

  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<Submission> inbox_ KAITO_GUARDED_BY(mutex_);
  std::vector<SteadyTime> inbox_times_ KAITO_GUARDED_BY(mutex_);
  int64_t refused_ KAITO_GUARDED_BY(mutex_) = 0;
  bool draining_ KAITO_GUARDED_BY(mutex_) = false;
  bool stopping_ KAITO_GUARDED_BY(mutex_) = false;
  bool idle_ KAITO_GUARDED_BY(mutex_) = true;
  EngineMetrics published_ KAITO_GUARDED_BY(mutex_);
  absl::Status published_health_ KAITO_GUARDED_BY(mutex_);

  Thread thread_;  // Last: it uses all of the above.
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_ENGINE_ENGINE_H_
