#include "kaito/runtime/serve/engine/scheduler.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "kaito/base/check/check.h"
#include "kaito/runtime/serve/engine/block_allocator.h"

namespace kaito::runtime::serve {

Scheduler::Scheduler(const SchedulerOptions& options)
    : options_(options), allocator_(options.blocks) {
  KAITO_CHECK_GE(options.block_size, 1);
  KAITO_CHECK_GE(options.chunk_tokens, 1);
  KAITO_CHECK_GE(options.step_tokens,
                 options.chunk_tokens + options.max_running);
}

int64_t Scheduler::max_tokens() const {
  return options_.blocks * options_.block_size;
}

int64_t Scheduler::BlocksFor(int64_t tokens) const {
  return (tokens + options_.block_size - 1) / options_.block_size;
}

void Scheduler::Add(Id id, int64_t prompt_tokens) {
  KAITO_CHECK_GE(prompt_tokens, 1);
  const bool is_new = sequences_
                          .try_emplace(id, Sequence{.prompt = prompt_tokens,
                                                    .known = prompt_tokens,
                                                    .run = 0,
                                                    .blocks = {}})
                          .second;
  KAITO_CHECK(is_new) << "sequence " << id;
  waiting_.push_back(id);
}

void Scheduler::Grow(Id id) {
  Sequence& sequence = sequences_.at(id);
  ++sequence.known;
  KAITO_CHECK_LE(sequence.known, max_tokens());
}

void Scheduler::Remove(Id id) {
  allocator_.Give(sequences_.at(id).blocks);
  sequences_.erase(id);
  std::erase(running_, id);
  std::erase(waiting_, id);
}

std::span<const int32_t> Scheduler::BlockTable(Id id) const {
  return sequences_.at(id).blocks;
}

int64_t Scheduler::NextCount(const Sequence& sequence) const {
  if (sequence.run >= sequence.prompt) return 1;
  const int64_t to_cut =
      options_.chunk_tokens - sequence.run % options_.chunk_tokens;
  return std::min(to_cut, sequence.prompt - sequence.run);
}

Scheduler::Row Scheduler::MakeRow(Id id, Sequence& sequence) const {
  const Row row = {
      .id = id,
      .begin = sequence.run,
      .count = NextCount(sequence),
      .wants_logits = sequence.run + NextCount(sequence) == sequence.known};
  sequence.run += row.count;
  return row;
}

void Scheduler::PreemptLast() {
  const Id id = running_.back();
  running_.pop_back();
  Sequence& sequence = sequences_.at(id);
  allocator_.Give(sequence.blocks);
  sequence.run = 0;
  waiting_.push_front(id);
  ++preemptions_;
}

bool Scheduler::MakeRoom(size_t index) {
  Sequence& sequence = sequences_.at(running_[index]);
  const int64_t missing = BlocksFor(sequence.run + 1) -
                          static_cast<int64_t>(sequence.blocks.size());
  while (missing > 0 && !allocator_.Take(missing, sequence.blocks)) {
    const bool lost = running_.size() == index + 1;
    PreemptLast();
    if (lost) return false;
  }
  return true;
}

void Scheduler::PlanGenerating(std::vector<Row>& rows, int64_t& budget) {
  for (size_t i = 0; i < running_.size() && budget > 0; ++i) {
    Sequence& sequence = sequences_.at(running_[i]);
    if (sequence.run < sequence.prompt || sequence.run == sequence.known) {
      continue;
    }
    if (!MakeRoom(i)) return;  // It was the last.
    rows.push_back(MakeRow(running_[i], sequence));
    --budget;
  }
}

void Scheduler::PlanPrompts(std::vector<Row>& rows, int64_t& budget) {
  for (const Id id : running_) {
    Sequence& sequence = sequences_.at(id);
    if (sequence.run >= sequence.prompt) continue;
    if (NextCount(sequence) > budget) return;
    rows.push_back(MakeRow(id, sequence));
    budget -= rows.back().count;
  }
}

void Scheduler::Admit(std::vector<Row>& rows, int64_t& budget) {
  while (!waiting_.empty() && running() < options_.max_running) {
    Sequence& sequence = sequences_.at(waiting_.front());
    if (NextCount(sequence) > budget) return;
    // One more, so that it doesn't lose them again at its first token.
    if (!allocator_.Take(BlocksFor(sequence.known + 1), sequence.blocks)) {
      return;
    }
    running_.push_back(waiting_.front());
    waiting_.pop_front();
    rows.push_back(MakeRow(running_.back(), sequence));
    budget -= rows.back().count;
  }
}

std::vector<Scheduler::Row> Scheduler::Plan() {
  std::vector<Row> rows;
  int64_t budget = options_.step_tokens;
  const int64_t preemptions = preemptions_;
  PlanGenerating(rows, budget);
  // A chunk of a prompt that has waited since an earlier step goes before one
  // of a newer prompt.
  PlanPrompts(rows, budget);
  // Who just lost its blocks would take back those that it was asked for.
  if (preemptions_ == preemptions) Admit(rows, budget);
  return rows;
}

}  // namespace kaito::runtime::serve
