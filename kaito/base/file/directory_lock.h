#ifndef KAITO_BASE_FILE_DIRECTORY_LOCK_H_
#define KAITO_BASE_FILE_DIRECTORY_LOCK_H_

// DirectoryLock: keeps a second instance of a program off a data directory. The
// kernel frees it when the process ends, however it ends.
//
//   KAITO_ASSIGN_OR_RETURN(lock_, DirectoryLock::Acquire(data_dir));

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/unique_fd.h"

namespace kaito {

class DirectoryLock {
 public:
  // Holds flock(2) on the file "lock" in the directory, which exists; writes
  // this process's number there. FailedPrecondition, with the holder's number,
  // when another holds it. Never waits.
  static absl::StatusOr<DirectoryLock> Acquire(absl::string_view directory);

  // None.
  DirectoryLock() = default;

 private:
  explicit DirectoryLock(UniqueFd fd);

  UniqueFd
      fd_;  // Closing it frees the lock. The file stays: removing it races.
};

}  // namespace kaito

#endif  // KAITO_BASE_FILE_DIRECTORY_LOCK_H_
