#ifndef KAITO_BASE_FILE_FILE_SYSTEM_H_
#define KAITO_BASE_FILE_FILE_SYSTEM_H_

// FileSystem and FileWriter: the steps of writing a file, as an interface, so
// that a full disk, a short write or a failed fsync is a test
// (faulty_file_system.h). Writers of checkpoints, state and archives take a
// FileSystem&; whole small files are written by WriteFileAtomic (write_file.h).
//
//   KAITO_ASSIGN_OR_RETURN(std::unique_ptr<FileWriter> file,
//                          fs.Create(path, 0644));
//   KAITO_RETURN_IF_ERROR(WriteAll(*file, bytes));
//   KAITO_RETURN_IF_ERROR(file->Sync());
//   KAITO_RETURN_IF_ERROR(file->Close());

#include <sys/types.h>

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito {

// One file that is being written. Destroying it closes it without a word.
class FileWriter {
 public:
  virtual ~FileWriter() = default;

  // Writes a first part of `data`, at least one byte of it where there is one;
  // returns how many. Callers want WriteAll().
  virtual absl::StatusOr<int64_t> Write(absl::string_view data) = 0;

  // After it the bytes survive a loss of power.
  virtual absl::Status Sync() = 0;

  // Reports errors that come late, as of network file systems. Once.
  virtual absl::Status Close() = 0;
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  // A new file: AlreadyExists where there is one, or a link.
  virtual absl::StatusOr<std::unique_ptr<FileWriter>> Create(
      absl::string_view path, mode_t mode) = 0;

  // Replaces `to` in one step; both in one file system.
  virtual absl::Status Rename(absl::string_view from, absl::string_view to) = 0;

  virtual absl::Status Remove(absl::string_view path) = 0;

  // After it the names in the directory survive a loss of power.
  virtual absl::Status SyncDirectory(absl::string_view path) = 0;
};

// The machine's. Stateless; lives as long as the process.
FileSystem& RealFileSystem();

// Writes all of `data`, in as many steps as it takes.
absl::Status WriteAll(FileWriter& file, absl::string_view data);

}  // namespace kaito

#endif  // KAITO_BASE_FILE_FILE_SYSTEM_H_
