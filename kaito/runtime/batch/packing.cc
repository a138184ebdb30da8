#include "kaito/runtime/batch/packing.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <span>
#include <vector>

#include "kaito/base/check/check.h"

namespace kaito::runtime {
namespace {

// Calls `pack(first, last)` for each group of documents.
template <typename Function>
void ForEachGroup(std::span<const int64_t> lengths,
                  const PackingOptions& options, const Function& pack) {
  KAITO_CHECK(options.max_length > 0 && options.group > 0);
  const auto documents = static_cast<int64_t>(lengths.size());
  for (int64_t first = 0; first < documents; first += options.group) {
    pack(first, std::min(first + options.group, documents));
  }
}

std::vector<Piece> PiecesOf(std::span<const int64_t> lengths, int64_t first,
                            int64_t last, const PackingOptions& options) {
  std::vector<Piece> pieces;
  for (int64_t d = first; d < last; ++d) {
    int64_t at = 0;
    while (at < lengths[d]) {
      const int64_t count = std::min(lengths[d] - at, options.max_length);
      pieces.push_back({d, at, count});
      at += count;
      if (!options.split) break;
    }
  }
  return pieces;
}

}  // namespace

std::vector<Pack> PackBestFit(std::span<const int64_t> lengths,
                              const PackingOptions& options) {
  std::vector<Pack> packs;
  ForEachGroup(lengths, options, [&](int64_t first, int64_t last) {
    std::vector<Piece> pieces = PiecesOf(lengths, first, last, options);
    std::ranges::stable_sort(pieces, std::greater<>(), &Piece::count);
    // Rows by the room they have left; of those with the same, the one that has
    // had it for longest comes first.
    std::map<int64_t, std::deque<int64_t>> by_room;
    for (const Piece& piece : pieces) {
      auto found = by_room.lower_bound(piece.count);
      int64_t row = static_cast<int64_t>(packs.size());
      int64_t room = options.max_length;
      if (found == by_room.end()) {
        packs.emplace_back();
      } else {
        room = found->first;
        row = found->second.front();
        found->second.pop_front();
        if (found->second.empty()) by_room.erase(found);
      }
      packs[row].push_back(piece);
      if (room > piece.count) by_room[room - piece.count].push_back(row);
    }
  });
  return packs;
}

std::vector<Pack> PackWrapped(std::span<const int64_t> lengths,
                              const PackingOptions& options) {
  std::vector<Pack> packs;
  ForEachGroup(lengths, options, [&](int64_t first, int64_t last) {
    int64_t room = 0;
    for (int64_t d = first; d < last; ++d) {
      for (int64_t at = 0; at < lengths[d];) {
        if (room == 0) {
          packs.emplace_back();
          room = options.max_length;
        }
        const int64_t count = std::min(room, lengths[d] - at);
        packs.back().push_back({d, at, count});
        at += count;
        room -= count;
      }
    }
  });
  return packs;
}

}  // namespace kaito::runtime
