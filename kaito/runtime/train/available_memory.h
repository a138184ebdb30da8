#ifndef KAITO_RUNTIME_TRAIN_AVAILABLE_MEMORY_H_
#define KAITO_RUNTIME_TRAIN_AVAILABLE_MEMORY_H_

// How much memory this process may still take: what the machine has, and what
// its control group allows, whichever is less.
//
//   plan.available_bytes = AvailableMemory();

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace kaito::runtime {

// 0 where the system does not say.
int64_t AvailableMemory();

// The most that this process had in memory.
int64_t PeakMemory();

// The pure part: /proc/meminfo, and memory.max, memory.current and memory.stat
// of the control group (version 2), empty where there is none. Caches of files
// that nobody uses count as available.
int64_t AvailableMemoryOf(absl::string_view meminfo, absl::string_view max,
                          absl::string_view current, absl::string_view stat);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_AVAILABLE_MEMORY_H_
