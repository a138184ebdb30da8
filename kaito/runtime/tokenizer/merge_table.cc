#include "kaito/runtime/tokenizer/merge_table.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <queue>
#include <utility>
#include <vector>

namespace kaito::runtime::tokenization {
namespace {

// Where a scan of the whole row for each merge still beats a heap (measured:
// they cross between 30 and 80).
constexpr size_t kShort = 48;
constexpr int32_t kNoRule = std::numeric_limits<int32_t>::max();

// A merge that was possible when it was queued.
struct Candidate {
  int32_t rank;
  uint32_t at;  // The left symbol's place in the row.
  int32_t left;
  int32_t right;
  int32_t product;

  // For a heap whose top is the lowest rank, then the leftmost.
  bool operator<(const Candidate& other) const {
    return rank != other.rank ? rank > other.rank : at > other.at;
  }
};

// A symbol's neighbours; a merge takes the right one out of the row.
struct Links {
  int32_t previous;
  int32_t next;
};
constexpr int32_t kNone = -1;

}  // namespace

void MergeTable::Apply(std::vector<Symbol>* symbols) const {
  if (symbols->size() <= kShort) {
    ApplyToShort(symbols);
  } else {
    ApplyToLong(symbols);
  }
}

void MergeTable::ApplyToShort(std::vector<Symbol>* symbols) const {
  Symbol* const row = symbols->data();
  size_t size = symbols->size();
  // Of the pair that begins at each place.
  int32_t ranks[kShort];
  int32_t products[kShort];
  const auto look_up = [&](size_t i) {
    const Rule* rule = i + 1 < size ? Find(row[i].id, row[i + 1].id) : nullptr;
    ranks[i] = rule == nullptr ? kNoRule : rule->rank;
    products[i] = rule == nullptr ? 0 : rule->product;
  };
  for (size_t i = 0; i < size; ++i) look_up(i);
  while (size > 1) {
    const size_t best = std::min_element(ranks, ranks + size - 1) - ranks;
    if (ranks[best] == kNoRule) break;
    row[best].id = products[best];
    row[best].end = row[best + 1].end;
    std::copy(row + best + 2, row + size, row + best + 1);
    std::copy(ranks + best + 2, ranks + size, ranks + best + 1);
    std::copy(products + best + 2, products + size, products + best + 1);
    --size;
    look_up(best);
    if (best > 0) look_up(best - 1);
  }
  symbols->resize(size);
}

void MergeTable::ApplyToLong(std::vector<Symbol>* symbols) const {
  std::vector<Symbol>& row = *symbols;
  const auto size = static_cast<int32_t>(row.size());
  std::vector<Links> links(size);
  std::vector<Candidate> first;
  const auto candidate = [&](int32_t at, std::vector<Candidate>* out) {
    const int32_t next = links[at].next;
    if (next == kNone) return;
    if (const Rule* rule = Find(row[at].id, row[next].id)) {
      out->push_back({rule->rank, static_cast<uint32_t>(at), row[at].id,
                      row[next].id, rule->product});
    }
  };
  for (int32_t i = 0; i < size; ++i) {
    links[i] = {i - 1, i + 1 < size ? i + 1 : kNone};
  }
  for (int32_t i = 0; i < size; ++i) candidate(i, &first);
  std::priority_queue<Candidate> queue(std::less<Candidate>(),
                                       std::move(first));
  std::vector<Candidate> created;
  while (!queue.empty()) {
    const Candidate top = queue.top();
    queue.pop();
    const auto at = static_cast<int32_t>(top.at);
    const int32_t next = links[at].next;
    // Stale: one of the two has been merged since, or, with the id kNone, taken
    // out of the row.
    if (next == kNone || row[at].id != top.left || row[next].id != top.right) {
      continue;
    }
    row[at].id = top.product;
    row[at].end = row[next].end;
    row[next].id = kNone;
    links[at].next = links[next].next;
    if (links[at].next != kNone) links[links[at].next].previous = at;
    created.clear();
    if (links[at].previous != kNone) candidate(links[at].previous, &created);
    candidate(at, &created);
    for (const Candidate& c : created) queue.push(c);
  }
  size_t kept = 0;
  for (int32_t i = 0; i != kNone; i = links[i].next) row[kept++] = row[i];
  row.resize(kept);
}

}  // namespace kaito::runtime::tokenization
