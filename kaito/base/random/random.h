#ifndef KAITO_BASE_RANDOM_RANDOM_H_
#define KAITO_BASE_RANDOM_RANDOM_H_

// Random: reproducible random numbers, the same on every platform. Data order,
// initial weights, dropout and jitter take a seed and make one of these; not
// for keys or tokens.
//
//   Random random(seed);
//   random.Shuffle(std::span<int64_t>(order));
//   Random epoch = random.Split(3);   // Independent of `random` and its place.
//
// Streams: block b of stream s is Philox4x32(counter {b, s}, key seed), each of
// the three 64 bits wide, low word first.

#include <cstdint>
#include <span>
#include <utility>

#include "kaito/base/random/philox.h"

namespace kaito {

class Random {
 public:
  // Streams with one seed and different numbers don't overlap.
  explicit Random(uint64_t seed, uint64_t stream = 0)
      : seed_(seed), stream_(stream) {}

  // The words of the blocks in order.
  uint32_t Next32();

  // Two words, the first one low.
  uint64_t Next64();

  // In [0, 1): the top 53 bits of Next64() times 2^-53.
  double Uniform();

  // In [0, limit), without bias; limit > 0. Multiplies Next64() by limit and
  // takes the high half, drawing again where the low half says so (Lemire,
  // 2019).
  int64_t UniformInt(int64_t limit);

  // Standard normal: the first of BoxMuller(u1, u2) with u1 = Uniform() +
  // 2^-53, then u2 = Uniform().
  double Normal();

  // Fisher-Yates from the end: each order is as likely as any other.
  template <typename T>
  void Shuffle(std::span<T> items) {
    for (int64_t i = static_cast<int64_t>(items.size()) - 1; i > 0; --i) {
      using std::swap;
      swap(items[i], items[UniformInt(i + 1)]);
    }
  }

  // A generator whose seed is made from this one's seed and stream and `id`,
  // not from its place: the same id gives the same generator at any time.
  Random Split(uint64_t id) const;

  // Goes to the start of block `block`: four Next32() for each block.
  void Seek(uint64_t block);

 private:
  uint64_t seed_;
  uint64_t stream_;
  uint64_t next_block_ = 0;
  PhiloxBlock words_ = {};
  int used_ = 4;  // Words of words_ already given out.
};

}  // namespace kaito

#endif  // KAITO_BASE_RANDOM_RANDOM_H_
