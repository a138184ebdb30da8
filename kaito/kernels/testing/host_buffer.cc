#include "kaito/kernels/testing/host_buffer.h"

#include <algorithm>
#include <bit>

#include "absl/strings/str_cat.h"
#include "kaito/kernels/poison/poison_params.h"

namespace kaito::kernels::testing {
namespace {

constexpr uint32_t kPoison = PatternWord(PoisonPattern::kF32);

bool IsPoison(float value) { return std::bit_cast<uint32_t>(value) == kPoison; }

}  // namespace

HostBuffer::HostBuffer(int64_t size)
    : all_(size + 2 * kGuard, std::bit_cast<float>(kPoison)) {}

HostBuffer::HostBuffer(std::span<const float> values)
    : HostBuffer(static_cast<int64_t>(values.size())) {
  std::copy(values.begin(), values.end(), all_.begin() + kGuard);
}

std::span<const float> HostBuffer::values() const {
  return std::span<const float>(all_).subspan(kGuard, all_.size() - 2 * kGuard);
}

std::vector<double> HostBuffer::ToDouble() const {
  return std::vector<double>(values().begin(), values().end());
}

std::string HostBuffer::Damage() const {
  const auto size = static_cast<int64_t>(values().size());
  for (int64_t i = -kGuard; i < size + kGuard; ++i) {
    const bool is_guard = i < 0 || i >= size;
    if (IsPoison(all_[i + kGuard]) == is_guard) continue;
    return absl::StrCat("element ", i, " of ", size,
                        is_guard ? " was written" : " was never written");
  }
  return "";
}

}  // namespace kaito::kernels::testing
