#ifndef KAITO_BASE_RANDOM_PHILOX_H_
#define KAITO_BASE_RANDOM_PHILOX_H_

// Philox4x32-10: a counter-based generator (Salmon, Moraes, Dror, Shaw,
// "Parallel random numbers: as easy as 1, 2, 3", SC 2011). A pure function from
// counter and key to 128 random bits, so any place in any stream is reached at
// once, on CPU and GPU alike. Most code uses Random (random.h). Not for
// secrets.
//
//   const PhiloxBlock bits = Philox4x32({block, 0, stream, 0}, {seed, 0});

#include <array>
#include <cstdint>

namespace kaito {

using PhiloxBlock = std::array<uint32_t, 4>;
using PhiloxKey = std::array<uint32_t, 2>;

// Multipliers, key increments and the number of rounds are the paper's.
inline constexpr uint32_t kPhiloxM0 = 0xD2511F53;
inline constexpr uint32_t kPhiloxM1 = 0xCD9E8D57;
inline constexpr uint32_t kPhiloxW0 = 0x9E3779B9;  // Golden ratio.
inline constexpr uint32_t kPhiloxW1 = 0xBB67AE85;  // sqrt(3) - 1.
inline constexpr int kPhiloxRounds = 10;

constexpr PhiloxBlock Philox4x32(PhiloxBlock counter, PhiloxKey key) {
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const uint64_t p0 = uint64_t{kPhiloxM0} * counter[0];
    const uint64_t p1 = uint64_t{kPhiloxM1} * counter[2];
    counter = {static_cast<uint32_t>(p1 >> 32) ^ counter[1] ^ key[0],
               static_cast<uint32_t>(p1),
               static_cast<uint32_t>(p0 >> 32) ^ counter[3] ^ key[1],
               static_cast<uint32_t>(p0)};
    key = {key[0] + kPhiloxW0, key[1] + kPhiloxW1};
  }
  return counter;
}

}  // namespace kaito

#endif  // KAITO_BASE_RANDOM_PHILOX_H_
