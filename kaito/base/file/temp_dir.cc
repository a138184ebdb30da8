#include "kaito/base/file/temp_dir.h"

#include <stdlib.h>

#include <cerrno>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/status/status.h"

namespace kaito {

absl::StatusOr<TempDir> TempDir::Create(absl::string_view parent,
                                        absl::string_view prefix) {
  std::string path = JoinPath(parent, absl::StrCat(prefix, "XXXXXX"));
  if (mkdtemp(path.data()) == nullptr) {
    return ErrnoToStatus(errno,
                         absl::StrCat("make temporary directory ", path));
  }
  return TempDir(std::move(path));
}

TempDir::TempDir(std::string path) : path_(std::move(path)) {}

TempDir::TempDir(TempDir&& other) noexcept
    : path_(std::exchange(other.path_, std::string())) {}

TempDir& TempDir::operator=(TempDir&& other) noexcept {
  std::swap(path_, other.path_);
  return *this;
}

TempDir::~TempDir() {
  // What can't be removed is left to whoever cleans the parent.
  if (!path_.empty()) (void)RemoveAll(path_);
}

std::string TempDir::Keep() { return std::exchange(path_, std::string()); }

}  // namespace kaito
