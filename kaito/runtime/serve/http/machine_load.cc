#include "kaito/runtime/serve/http/machine_load.h"

#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/sync/mutex.h"

namespace kaito::runtime::serve {
namespace {

constexpr int64_t kMaxProcBytes = 1 << 20;
// Of /proc/stat's line "cpu": user, nice, system, idle, iowait, …
constexpr size_t kIdle = 3;
constexpr size_t kIoWait = 4;

std::string Gigabytes(int64_t bytes) {
  return absl::StrFormat(
      "%.2f GB", static_cast<double>(bytes) / static_cast<double>(1 << 30));
}

CpuTicks ReadCpuTicks() {
  const absl::StatusOr<std::string> text =
      ReadFile("/proc/stat", kMaxProcBytes);
  return text.ok() ? ParseCpuTicks(*text).value_or(CpuTicks{}) : CpuTicks{};
}

MemoryBytes ReadMemory() {
  const absl::StatusOr<std::string> text =
      ReadFile("/proc/meminfo", kMaxProcBytes);
  return text.ok() ? ParseMemory(*text).value_or(MemoryBytes{}) : MemoryBytes{};
}

}  // namespace

std::optional<CpuTicks> ParseCpuTicks(absl::string_view stat) {
  for (const absl::string_view line : absl::StrSplit(stat, '\n')) {
    if (!absl::StartsWith(line, "cpu ")) continue;
    const std::vector<absl::string_view> fields =
        absl::StrSplit(line.substr(4), ' ', absl::SkipEmpty());
    if (fields.size() <= kIoWait) return std::nullopt;
    CpuTicks ticks;
    for (size_t i = 0; i < fields.size(); ++i) {
      int64_t value = 0;
      if (!absl::SimpleAtoi(fields[i], &value)) return std::nullopt;
      ticks.total += value;
      if (i != kIdle && i != kIoWait) ticks.busy += value;
    }
    return ticks;
  }
  return std::nullopt;
}

std::optional<MemoryBytes> ParseMemory(absl::string_view meminfo) {
  std::optional<int64_t> total, available;
  for (const absl::string_view line : absl::StrSplit(meminfo, '\n')) {
    const std::vector<absl::string_view> fields =
        absl::StrSplit(line, ' ', absl::SkipEmpty());
    int64_t kibibytes = 0;
    if (fields.size() != 3 || !absl::SimpleAtoi(fields[1], &kibibytes)) {
      continue;
    }
    if (fields[0] == "MemTotal:") total = kibibytes * 1024;
    if (fields[0] == "MemAvailable:") available = kibibytes * 1024;
  }
  if (!total.has_value() || !available.has_value()) return std::nullopt;
  return MemoryBytes{.used = *total - *available, .total = *total};
}

MachineLoad::MachineLoad() : last_(ReadCpuTicks()) {}

std::string MachineLoad::Json() {
  const CpuTicks now = ReadCpuTicks();
  double load = 0;
  {
    MutexLock lock(mutex_);
    const int64_t total = now.total - last_.total;
    if (total > 0) {
      load = 100.0 * static_cast<double>(now.busy - last_.busy) /
             static_cast<double>(total);
    }
    last_ = now;
  }
  const MemoryBytes memory = ReadMemory();
  const int64_t cores = sysconf(_SC_NPROCESSORS_ONLN);
  json::Object cpu(
      {{"load_percentage", load},
       {"memory", json::Object({{"total", Gigabytes(memory.total)},
                                {"used", Gigabytes(memory.used)}})},
       {"physical_cores", cores},
       {"total_cores", cores}});
  return json::Write(
      json::Object({{"cpu_info", std::move(cpu)}, {"gpu_info", nullptr}}));
}

}  // namespace kaito::runtime::serve
