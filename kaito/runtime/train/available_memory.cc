#include "kaito/runtime/train/available_memory.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/file/read_file.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kMaxFileBytes = 1 << 20;

// The number after `name` at the start of a line; 0 where there is none.
int64_t Field(absl::string_view text, absl::string_view name) {
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!absl::ConsumePrefix(&line, name)) continue;
    const std::vector<absl::string_view> words =
        absl::StrSplit(line, absl::ByAnyChar(" \t"), absl::SkipWhitespace());
    int64_t number = 0;
    if (!words.empty() && absl::SimpleAtoi(words[0], &number)) return number;
  }
  return 0;
}

std::string Content(absl::string_view path) {
  absl::StatusOr<std::string> text = ReadFile(path, kMaxFileBytes);
  return text.ok() ? *std::move(text) : "";
}

}  // namespace

int64_t AvailableMemoryOf(absl::string_view meminfo, absl::string_view max,
                          absl::string_view current, absl::string_view stat) {
  const int64_t machine = Field(meminfo, "MemAvailable:") * 1024;
  int64_t limit = 0;
  int64_t used = 0;
  // "max" is no limit.
  if (!absl::SimpleAtoi(max, &limit) || !absl::SimpleAtoi(current, &used)) {
    return machine;
  }
  const int64_t group =
      std::max<int64_t>(1, limit - used + Field(stat, "inactive_file "));
  return machine > 0 ? std::min(machine, group) : group;
}

int64_t AvailableMemory() {
  // Inside a container its own group is the root; on a machine's own root
  // there are no such files.
  return AvailableMemoryOf(Content("/proc/meminfo"),
                           Content("/sys/fs/cgroup/memory.max"),
                           Content("/sys/fs/cgroup/memory.current"),
                           Content("/sys/fs/cgroup/memory.stat"));
}

int64_t PeakMemory() {
  rusage usage = {};
  if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  return int64_t{usage.ru_maxrss} * 1024;
}

}  // namespace kaito::runtime
