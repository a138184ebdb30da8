#include "kaito/operator/program/program_files.h"

#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/path.h"
#include "kaito/base/status/status.h"

namespace kaito::controller {
namespace {

// What every layout has: the mark that a directory is the right one.
constexpr absl::string_view kMark = "examples/quickstart.yaml";
// Bazel's name for this workspace, a directory inside the runfiles.
constexpr absl::string_view kWorkspaceName = "kaito";

bool Exists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

std::string Absolute(const std::string& path) {
  char resolved[PATH_MAX];
  return realpath(path.c_str(), resolved) == nullptr ? path
                                                     : std::string(resolved);
}

}  // namespace

absl::StatusOr<ProgramFiles> ProgramFiles::Find(absl::string_view executable,
                                                absl::string_view runfiles_dir,
                                                absl::string_view directory) {
  std::vector<std::string> places;
  if (!directory.empty()) {
    places.emplace_back(directory);
  } else {
    if (!runfiles_dir.empty()) {
      places.push_back(JoinPath(runfiles_dir, kWorkspaceName));
    }
    places.push_back(
        JoinPath(absl::StrCat(executable, ".runfiles"), kWorkspaceName));
    places.push_back(JoinPath(Dirname(executable), "share/kaito"));
    places.push_back(JoinPath(Dirname(executable), "../share/kaito"));
  }
  for (const std::string& place : places) {
    if (Exists(JoinPath(place, kMark))) return ProgramFiles(Absolute(place));
  }
  return absl::NotFoundError(
      absl::StrCat("the files that come with the operator (", kMark,
                   " and others) are in none of: ", absl::StrJoin(places, ", "),
                   "; name their directory with --files-dir"));
}

absl::StatusOr<std::string> ProgramFiles::Get(absl::string_view path) const {
  std::string full = JoinPath(root_, path);
  if (!Exists(full)) {
    return absl::NotFoundError(
        absl::StrCat(full, ": not there, though it comes with the operator"));
  }
  return full;
}

absl::StatusOr<std::string> ThisExecutable() {
  char path[PATH_MAX];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof(path));
  if (length < 0) return ::kaito::ErrnoToStatus(errno, "/proc/self/exe");
  return std::string(path, static_cast<size_t>(length));
}

}  // namespace kaito::controller
