#include "kaito/kernels/poison/poison_cpu.h"

#include <cstdint>
#include <vector>

#include "gtest/gtest.h"
#include "kaito/kernels/poison/poison_cases.h"
#include "kaito/kernels/poison/poison_ref.h"
#include "kaito/kernels/testing/cpu_targets.h"

namespace kaito::kernels {
namespace {

constexpr uint8_t kUntouched = 0xA5;
constexpr int64_t kAlignment = 64;

// A buffer whose byte 0 is aligned, with untouched bytes around the case's
// part.
class Buffer {
 public:
  explicit Buffer(const PoisonCase& c)
      : bytes_(2 * kAlignment + c.offset_bytes + c.size_bytes + kAlignment,
               kUntouched),
        params_{.data = Aligned() + c.offset_bytes,
                .size_bytes = c.size_bytes,
                .pattern = c.pattern} {}

  const PoisonParams& params() const { return params_; }
  // From the byte before the aligned address to 64 bytes past the case's part.
  std::vector<uint8_t> Bytes() {
    return std::vector<uint8_t>(Aligned() - 1,
                                Aligned() + bytes_.size() - 2 * kAlignment);
  }

 private:
  uint8_t* Aligned() {
    const auto address = reinterpret_cast<uintptr_t>(bytes_.data());
    // At least one byte in, so that there is a byte before it.
    return bytes_.data() + kAlignment - address % kAlignment;
  }

  std::vector<uint8_t> bytes_;
  PoisonParams params_;
};

void ExpectEqualsTheReference() {
  for (const PoisonCase& c : PoisonCases()) {
    Buffer got(c);
    Buffer want(c);
    PoisonCpu(got.params());
    PoisonRef(want.params());
    ASSERT_EQ(got.Bytes(), want.Bytes())
        << "pattern " << static_cast<int>(c.pattern) << ", offset "
        << c.offset_bytes << ", size " << c.size_bytes;
    ASSERT_EQ(FindPoisonRef(got.params()).count,
              c.size_bytes / ElementBytes(c.pattern));
  }
}

TEST(PoisonCpu, EqualsTheReferenceAndStaysInsideOnEveryTarget) {
  testing::ForEachCpuTarget(ExpectEqualsTheReference);
}

}  // namespace
}  // namespace kaito::kernels
