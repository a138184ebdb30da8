#ifndef KAITO_RUNTIME_WEIGHTS_PENDING_FILE_H_
#define KAITO_RUNTIME_WEIGHTS_PENDING_FILE_H_

// PendingFile: a file that is written part by part under another name and takes
// its own when it is complete, so that readers, and the machine after a loss of
// power, see the old file or the whole new one. Content that is at hand as a
// whole is WriteFileAtomic's.
//
//   KAITO_ASSIGN_OR_RETURN(PendingFile file, PendingFile::Create(path, {}));
//   KAITO_RETURN_IF_ERROR(file.Append(part));
//   KAITO_RETURN_IF_ERROR(file.Commit());

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/file_system.h"
#include "kaito/base/file/write_file.h"

namespace kaito::runtime {

class PendingFile {
 public:
  // The new file is made in the same directory.
  static absl::StatusOr<PendingFile> Create(absl::string_view path,
                                            const WriteFileOptions& options);

  PendingFile(PendingFile&&) noexcept = default;
  PendingFile& operator=(PendingFile&&) = delete;
  // Removes what was not committed.
  ~PendingFile();

  const std::string& path() const { return path_; }

  // After an error only destruction is left.
  absl::Status Append(absl::string_view part);

  // Syncs, renames, and syncs the directory. Once.
  absl::Status Commit();

 private:
  PendingFile(std::string path, std::string temporary,
              std::unique_ptr<FileWriter> file,
              const WriteFileOptions& options);

  std::string path_;
  std::string temporary_;
  std::unique_ptr<FileWriter> file_;  // Null once committed, or moved from.
  WriteFileOptions options_;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_WEIGHTS_PENDING_FILE_H_
