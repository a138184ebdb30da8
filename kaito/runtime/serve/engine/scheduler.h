#ifndef KAITO_RUNTIME_SERVE_ENGINE_SCHEDULER_H_
#define KAITO_RUNTIME_SERVE_ENGINE_SCHEDULER_H_

// Which sequences take part in the next step of the engine (engine.h), with
// which of their tokens and blocks: continuous batching.
//
//   Scheduler scheduler(options);
//   scheduler.Add(id, prompt_tokens);
//   for (const Scheduler::Row& row : scheduler.Plan()) {
//     // Run tokens [begin, begin + count) of row.id, then, where it wants
//     // logits, choose a token:
//     scheduler.Grow(row.id);  // or Remove(row.id), at its end.
//   }
//
// First come, first served. A step holds one token of each sequence that
// generates, then prompts, in chunks. When blocks run out, the sequence that
// came last gives all of its own back and waits at the head of the queue; it is
// then computed again from its first token.
//
// What a sequence's rows look like depends on its own tokens alone, also when
// it is computed again: prompts are cut at fixed places, and generated tokens
// run one by one. So no sequence's text depends on what else is served, as long
// as a row's result does not depend on its neighbours (decoder_backend.h).
//
// Pure: no clock, no thread. Not synchronised.

#include <cstdint>
#include <deque>
#include <map>
#include <span>
#include <vector>

#include "kaito/runtime/serve/engine/block_allocator.h"

namespace kaito::runtime::serve {

struct SchedulerOptions {
  int64_t blocks = 0;
  int64_t block_size = 16;
  int64_t max_running = 64;  // Sequences that hold blocks.
  // Prompts are cut at multiples of it. More takes fewer steps; less has the
  // generating ones wait less.
  int64_t chunk_tokens = 128;
  // Of a step; at least chunk_tokens + max_running, so that prompts go on
  // however many sequences generate.
  int64_t step_tokens = 512;
};

class Scheduler {
 public:
  using Id = int64_t;

  struct Row {
    Id id = 0;
    int64_t begin = 0;  // All tokens before it are in the cache.
    int64_t count = 0;
    bool wants_logits = false;  // These are its last tokens.
  };

  explicit Scheduler(const SchedulerOptions& options);

  // The longest sequence, prompt and answer, that can run.
  int64_t max_tokens() const;

  // `id` is new; it has at least one token, and at most max_tokens() when it
  // ends.
  void Add(Id id, int64_t prompt_tokens);
  // One more token is known, to be run in a later step.
  void Grow(Id id);
  void Remove(Id id);

  // The rows of the next step, which count as run from now on. Empty only where
  // there is no sequence with tokens to run.
  std::vector<Row> Plan();

  // Enough for the tokens of its row. Valid until the next call.
  std::span<const int32_t> BlockTable(Id id) const;

  int64_t waiting() const { return static_cast<int64_t>(waiting_.size()); }
  int64_t running() const { return static_cast<int64_t>(running_.size()); }
  int64_t free_blocks() const { return allocator_.free(); }
  int64_t total_blocks() const { return allocator_.total(); }
  int64_t preemptions() const { return preemptions_; }

 private:
  struct Sequence {
    int64_t prompt = 0;  // Tokens.
    int64_t known = 0;
    int64_t run = 0;
    std::vector<int32_t> blocks;
  };

  int64_t BlocksFor(int64_t tokens) const;
  // Of the next row of a sequence that has tokens to run.
  int64_t NextCount(const Sequence& sequence) const;
  Row MakeRow(Id id, Sequence& sequence) const;
  // Takes blocks for the next token of running_[index], from those behind it
  // where need be. False where it lost its own.
  bool MakeRoom(size_t index);
  void PreemptLast();
  void PlanGenerating(std::vector<Row>& rows, int64_t& budget);
  void PlanPrompts(std::vector<Row>& rows, int64_t& budget);
  void Admit(std::vector<Row>& rows, int64_t& budget);

  const SchedulerOptions options_;
  BlockAllocator allocator_;
  std::map<Id, Sequence> sequences_;
  std::vector<Id> running_;  // In the order in which they came.
  std::deque<Id> waiting_;
  int64_t preemptions_ = 0;
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_ENGINE_SCHEDULER_H_
