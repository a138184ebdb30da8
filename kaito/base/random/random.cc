#include "kaito/base/random/random.h"

#include <cstdint>

#include "kaito/base/check/check.h"
#include "kaito/base/random/normal.h"
#include "kaito/base/random/philox.h"

namespace kaito {
namespace {

// Separates the blocks that make seeds from those that make numbers.
constexpr uint64_t kSplitKey = 0x73706c6974206b65;  // "split ke"

PhiloxBlock Block(uint64_t block, uint64_t stream, uint64_t seed) {
  return Philox4x32(
      {static_cast<uint32_t>(block), static_cast<uint32_t>(block >> 32),
       static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32)},
      {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
}

}  // namespace

uint32_t Random::Next32() {
  if (used_ == 4) {
    words_ = Block(next_block_++, stream_, seed_);
    used_ = 0;
  }
  return words_[used_++];
}

uint64_t Random::Next64() {
  const uint64_t low = Next32();
  return low | uint64_t{Next32()} << 32;
}

double Random::Uniform() {
  return static_cast<double>(Next64() >> 11) * 0x1p-53;
}

int64_t Random::UniformInt(int64_t limit) {
  KAITO_CHECK_GT(limit, 0);
  const uint64_t n = static_cast<uint64_t>(limit);
  // The first 2^64 mod n low halves would make some results likelier.
  const uint64_t biased = -n % n;
  while (true) {
    const unsigned __int128 product =
        static_cast<unsigned __int128>(Next64()) * n;
    if (static_cast<uint64_t>(product) >= biased) {
      return static_cast<int64_t>(product >> 64);
    }
  }
}

double Random::Normal() {
  const double u1 = Uniform() + 0x1p-53;
  return BoxMuller(u1, Uniform()).first;
}

Random Random::Split(uint64_t id) const {
  const PhiloxBlock words = Block(id, stream_, seed_ ^ kSplitKey);
  return Random(words[0] | uint64_t{words[1]} << 32,
                words[2] | uint64_t{words[3]} << 32);
}

void Random::Seek(uint64_t block) {
  next_block_ = block;
  used_ = 4;
}

}  // namespace kaito
