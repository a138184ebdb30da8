#include "kaito/runtime/train/memory_plan.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "kaito/runtime/model/model_config.h"
#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {

std::string FormatBytes(int64_t bytes) {
  constexpr const char* kUnits[] = {"KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(bytes) / 1024;
  int unit = 0;
  while (value >= 1024 && unit < 3) {
    value /= 1024;
    ++unit;
  }
  return absl::StrFormat("%.1f %s", value, kUnits[unit]);
}

int64_t MemoryPlan::Total() const {
  int64_t total = 0;
  for (const MemoryPart& part : parts) total += part.bytes;
  return total;
}

std::string FormatMemoryPlan(const MemoryPlan& plan) {
  const std::string parts = absl::StrJoin(
      plan.parts, " + ", [](std::string* out, const MemoryPart& part) {
        absl::StrAppend(out, FormatBytes(part.bytes), " ", part.name);
      });
  return absl::StrCat(
      "memory: ", parts, " = ", FormatBytes(plan.Total()), " of ",
      plan.available_bytes > 0 ? FormatBytes(plan.available_bytes) : "unknown",
      " available");
}

absl::Status CheckMemory(const MemoryPlan& plan) {
  if (plan.available_bytes <= 0 || plan.Total() <= plan.available_bytes) {
    return absl::OkStatus();
  }
  return absl::ResourceExhaustedError(absl::StrCat(
      FormatMemoryPlan(plan), ", ",
      FormatBytes(plan.Total() - plan.available_bytes),
      " too little: use a smaller max_length, per_device_train_batch_size or "
      "rank, load_in_4bit, or more memory"));
}

int64_t EstimateWeightBytes(const ModelConfig& model, bool nf4) {
  int64_t bytes = 0;
  for (const WantedTensor& tensor : WantedTensors(model.decoder, model.names)) {
    int64_t count = 1;
    for (const int64_t dimension : tensor.shape) count *= dimension;
    // 4 bits, and an 8-bit scale for each 64.
    bytes += nf4 && tensor.linear ? count / 2 + count / 64 : 4 * count;
  }
  return bytes;
}

}  // namespace kaito::runtime
