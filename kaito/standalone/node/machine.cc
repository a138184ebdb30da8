#include "kaito/standalone/node/machine.h"

#include <sched.h>
#include <sys/utsname.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"

namespace kaito::standalone {
namespace {

constexpr int64_t kMaxBytes = 64 * 1024;
constexpr int64_t kMaxGpus = 1024;

std::string Read(absl::string_view root, absl::string_view path) {
  absl::StatusOr<std::string> text = ReadFile(JoinPath(root, path), kMaxBytes);
  return text.ok() ? *std::move(text) : "";
}

// "MemTotal:       16318480 kB"
int64_t MemoryBytes(absl::string_view root) {
  int64_t bytes = 0;
  for (absl::string_view line :
       absl::StrSplit(Read(root, "proc/meminfo"), '\n')) {
    if (!absl::ConsumePrefix(&line, "MemTotal:")) continue;
    int64_t kib = 0;
    if (absl::SimpleAtoi(line.substr(0, line.find("kB")), &kib)) {
      bytes = kib * 1024;
    }
  }
  // In a container less may be allowed; "max" is no number.
  int64_t limit = 0;
  if (absl::SimpleAtoi(Read(root, "sys/fs/cgroup/memory.max"), &limit) &&
      limit > 0) {
    bytes = std::min(bytes, limit);
  }
  return bytes;
}

std::string OsImage(absl::string_view root) {
  for (absl::string_view line :
       absl::StrSplit(Read(root, "etc/os-release"), '\n')) {
    if (!absl::ConsumePrefix(&line, "PRETTY_NAME=")) continue;
    (void)absl::ConsumePrefix(&line, "\"");
    (void)absl::ConsumeSuffix(&line, "\"");
    return std::string(line);
  }
  return "";
}

}  // namespace

Machine InspectMachine(absl::string_view root) {
  Machine machine;
  utsname names = {};
  if (uname(&names) == 0) {
    machine.host_name = names.nodename;
    machine.kernel_version = names.release;
    machine.architecture = names.machine;
    if (machine.architecture == "x86_64") machine.architecture = "amd64";
    if (machine.architecture == "aarch64") machine.architecture = "arm64";
  }
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0) {
    machine.cpus = std::max(1, CPU_COUNT(&cpus));
  }
  machine.memory_bytes = MemoryBytes(root);
  const auto gpus =
      ListDir(JoinPath(root, "proc/driver/nvidia/gpus"), kMaxGpus);
  if (gpus.ok()) machine.gpus = static_cast<int64_t>(gpus->size());
  machine.os_image = OsImage(root);
  const std::string id = Read(root, "etc/machine-id");
  machine.id = std::string(absl::StripAsciiWhitespace(id));
  if (machine.id.empty()) machine.id = machine.host_name;
  return machine;
}

}  // namespace kaito::standalone
