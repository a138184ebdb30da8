#ifndef KAITO_RUNTIME_BATCH_PACKING_H_
#define KAITO_RUNTIME_BATCH_PACKING_H_

// Packing: puts short documents together into rows of up to `max_length`
// tokens, so that a step's work does not depend on how long each of them is.
// The same rows as TRL's pack_dataset makes. Which tokens see each other is the
// batch's affair: in a PackedBatch, each piece only sees itself.
//
//   for (const Pack& pack : PackBestFit(lengths, {.max_length = 2048})) ...
//
// Pure.

#include <cstdint>
#include <span>
#include <vector>

namespace kaito::runtime {

// Tokens [first, first + count) of a document.
struct Piece {
  int64_t document = 0;
  int64_t first = 0;
  int64_t count = 0;

  bool operator==(const Piece&) const = default;
};

using Pack = std::vector<Piece>;

struct PackingOptions {
  int64_t max_length = 0;  // Above 0.
  // Documents that are packed together; TRL's data sets come in batches of 1000.
  int64_t group = 1000;
  // Best fit only: what is too long is cut into pieces, not off.
  bool split = false;
};

// Longest first, each into the fullest row that has room ("bfd", and
// "bfd_split"). Rows come in the order in which they were begun.
std::vector<Pack> PackBestFit(std::span<const int64_t> lengths,
                              const PackingOptions& options);

// One after the other, cut every max_length tokens ("wrapped"); a group's last
// row may be shorter.
std::vector<Pack> PackWrapped(std::span<const int64_t> lengths,
                              const PackingOptions& options);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BATCH_PACKING_H_
