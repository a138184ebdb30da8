#ifndef KAITO_BASE_FILE_WRITE_FILE_H_
#define KAITO_BASE_FILE_WRITE_FILE_H_

// Writes a whole file so that readers, and the machine after a loss of power,
// see either the old content or the new one.
//
//   KAITO_RETURN_IF_ERROR(WriteFileAtomic(path, text));
//   KAITO_RETURN_IF_ERROR(WriteFileAtomic(path, key, {.mode = 0600}));

#include <sys/types.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/file_system.h"

namespace kaito {

struct WriteFileOptions {
  // Of the new file, less the process's umask. 0600 for secrets.
  mode_t mode = 0644;
  // False for what need not survive a loss of power, as a progress file that is
  // replaced every second.
  bool sync = true;
  FileSystem* file_system = nullptr;  // Null: the real one.
};

// Writes a file of another name in the same directory, syncs it, renames it,
// and syncs the directory. When a step fails, the new file is removed and an
// old one stays as it was; only after a failed sync of the directory may either
// be there.
absl::Status WriteFileAtomic(absl::string_view path, absl::string_view content,
                             const WriteFileOptions& options = {});

}  // namespace kaito

#endif  // KAITO_BASE_FILE_WRITE_FILE_H_
