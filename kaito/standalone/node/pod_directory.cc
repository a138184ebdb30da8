#include "kaito/standalone/node/pod_directory.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/standalone/node/container_process.h"

namespace kaito::standalone {
namespace {

// Names come from objects: no more of them than a pod can sensibly have.
constexpr int64_t kMaxEntries = 100000;

// How often a killed run is looked at again, and for how long: it ends at once
// where it isn't stuck in the kernel.
constexpr absl::Duration kEndInterval = absl::Milliseconds(20);
constexpr int kEndChecks = 500;

bool PlainName(absl::string_view name) {
  return !name.empty() && name.size() <= 253 && name != "." && name != ".." &&
         name.find('/') == absl::string_view::npos &&
         name.find('\0') == absl::string_view::npos;
}

std::string Plain(absl::string_view name) {
  return PlainName(name) ? std::string(name) : "_";
}

// Empty where the directory is missing.
std::vector<std::string> Entries(const std::string& dir) {
  absl::StatusOr<std::vector<std::string>> names = ListDir(dir, kMaxEntries);
  return names.ok() ? *std::move(names) : std::vector<std::string>();
}

absl::Status KillRun(const std::string& dir, Clock& clock,
                     const StopToken& stop) {
  for (int i = 0; i < kEndChecks; ++i) {
    KAITO_ASSIGN_OR_RETURN(const std::optional<ContainerProcess> process,
                           FindContainer(dir, clock, stop));
    if (!process.has_value()) return absl::OkStatus();
    KAITO_RETURN_IF_ERROR(process->Kill());
    KAITO_RETURN_IF_ERROR(WaitFor(clock, kEndInterval, stop));
  }
  return absl::DeadlineExceededError(
      absl::StrCat(dir, ": its process does not end though it was killed"));
}

}  // namespace

absl::StatusOr<PodDirectory> PodDirectory::Of(absl::string_view pods_dir,
                                              absl::string_view uid) {
  if (!PlainName(uid)) {
    return absl::InvalidArgumentError(
        absl::StrCat("pod: its uid is no plain name: ", uid));
  }
  return PodDirectory(JoinPath(pods_dir, uid));
}

std::string PodDirectory::RecordFile() const {
  return JoinPath(path_, "pod.json");
}

std::string PodDirectory::VolumesDir() const {
  return JoinPath(path_, "volumes");
}

std::string PodDirectory::WorkDir(absl::string_view container) const {
  return absl::StrCat(path_, "/work/", Plain(container));
}

std::string PodDirectory::RunDir(absl::string_view container,
                                 int64_t run) const {
  return absl::StrCat(path_, "/containers/", Plain(container), "/", run);
}

absl::StatusOr<int64_t> PodDirectory::LastRun(
    absl::string_view container) const {
  int64_t last = 0;
  for (const std::string& name :
       Entries(absl::StrCat(path_, "/containers/", Plain(container)))) {
    int64_t run = 0;
    if (absl::SimpleAtoi(name, &run)) last = std::max(last, run);
  }
  if (last > 0) return last;
  return absl::NotFoundError(
      absl::StrCat("container ", container, ": has not run yet"));
}

absl::Status PodDirectory::Remove(Clock& clock, const StopToken& stop) const {
  const std::string containers = JoinPath(path_, "containers");
  for (const std::string& container : Entries(containers)) {
    const std::string dir = JoinPath(containers, container);
    for (const std::string& run : Entries(dir)) {
      KAITO_RETURN_IF_ERROR(KillRun(JoinPath(dir, run), clock, stop));
    }
  }
  return RemoveAll(path_);
}

}  // namespace kaito::standalone
