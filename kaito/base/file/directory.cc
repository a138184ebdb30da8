#include "kaito/base/file/directory.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/path.h"
#include "kaito/base/status/status.h"

namespace kaito {
namespace {

bool IsDirectory(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

struct CloseDir {
  void operator()(DIR* dir) const { (void)closedir(dir); }
};

}  // namespace

absl::Status MakeDirs(absl::string_view path, mode_t mode) {
  // From the top down: "a", "a/b", "a/b/c".
  const std::string clean = CleanPath(path);
  for (size_t end = 0; end != std::string::npos;) {
    end = clean.find('/', end + 1);
    const std::string part = clean.substr(0, end);
    if (mkdir(part.c_str(), mode) == 0) continue;
    const int error = errno;
    if (IsDirectory(part)) continue;
    if (error == EEXIST) {
      return absl::InvalidArgumentError(absl::StrCat(
          "make directory ", path, ": ", part, " is not a directory"));
    }
    return ErrnoToStatus(error, absl::StrCat("make directory ", part));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> ListDir(absl::string_view path,
                                                 int64_t max_entries) {
  const std::string where = absl::StrCat("list ", path);
  const std::unique_ptr<DIR, CloseDir> dir(opendir(std::string(path).c_str()));
  if (dir == nullptr) return ErrnoToStatus(errno, where);
  std::vector<std::string> names;
  while (true) {
    errno = 0;
    const dirent* entry = readdir(dir.get());
    if (entry == nullptr) break;
    const absl::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    if (static_cast<int64_t>(names.size()) == max_entries) {
      return absl::ResourceExhaustedError(
          absl::StrCat(where, ": has more than ", max_entries, " entries"));
    }
    names.emplace_back(name);
  }
  if (errno != 0) return ErrnoToStatus(errno, where);
  std::sort(names.begin(), names.end());
  return names;
}

absl::Status RemoveAll(absl::string_view path) {
  const std::string clean = CleanPath(path);
  if (path.empty() || clean == "/" || clean == "." || Basename(clean) == "..") {
    return absl::InvalidArgumentError(absl::StrCat(
        "remove \"", path, "\": refused; name a directory that may go"));
  }
  std::error_code error;
  std::filesystem::remove_all(clean, error);
  if (error) {
    return ErrnoToStatus(error.value(), absl::StrCat("remove ", path));
  }
  return absl::OkStatus();
}

}  // namespace kaito
