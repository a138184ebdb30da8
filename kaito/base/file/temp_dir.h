#ifndef KAITO_BASE_FILE_TEMP_DIR_H_
#define KAITO_BASE_FILE_TEMP_DIR_H_

// TempDir: a directory of its own, mode 0700, that is removed with all that is
// in it at the end of its life.
//
//   KAITO_ASSIGN_OR_RETURN(TempDir dir, TempDir::Create("/tmp"));
//   Write(JoinPath(dir.path(), "x"));

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito {

class TempDir {
 public:
  // Below `parent`, which exists; its name starts with `prefix`.
  static absl::StatusOr<TempDir> Create(absl::string_view parent,
                                        absl::string_view prefix = "kaito-");

  // None.
  TempDir() = default;
  TempDir(TempDir&& other) noexcept;
  TempDir& operator=(TempDir&& other) noexcept;
  ~TempDir();

  const std::string& path() const { return path_; }

  // Leaves the directory where it is, and gives its path.
  std::string Keep();

 private:
  explicit TempDir(std::string path);

  std::string path_;  // Empty: none.
};

}  // namespace kaito

#endif  // KAITO_BASE_FILE_TEMP_DIR_H_
