#ifndef KAITO_RUNTIME_SERVE_HTTP_MACHINE_LOAD_H_
#define KAITO_RUNTIME_SERVE_HTTP_MACHINE_LOAD_H_

// How busy the machine is, as KAITO's JSON metrics show it.
//
//   MachineLoad load;
//   writer.Send(… load.Json() …);
//
// Linux's /proc only; what can't be read there is 0.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito::runtime::serve {

// Ticks of all processors since the start of the machine.
struct CpuTicks {
  int64_t busy = 0;
  int64_t total = 0;
};

struct MemoryBytes {
  int64_t used = 0;
  int64_t total = 0;
};

// Of the texts of /proc/stat and /proc/meminfo; nullopt where the lines aren't
// there. Pure.
std::optional<CpuTicks> ParseCpuTicks(absl::string_view stat);
std::optional<MemoryBytes> ParseMemory(absl::string_view meminfo);

class MachineLoad {
 public:
  MachineLoad();

  // {"cpu_info":{"load_percentage":…,"memory":{"total":"23.00 GB","used":…},
  // "physical_cores":…,"total_cores":…},"gpu_info":null}; the load is that since
  // the last call. Thread-safe.
  std::string Json() KAITO_EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  CpuTicks last_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_HTTP_MACHINE_LOAD_H_
