#ifndef KAITO_BASE_FILE_FAULTY_FILE_SYSTEM_H_
#define KAITO_BASE_FILE_FAULTY_FILE_SYSTEM_H_

// FaultyFileSystem: the real file system with faults that a test orders. For
// tests only; one thread.
//
//   FaultyFileSystem fs;
//   fs.set_capacity(100);                       // ENOSPC after 100 bytes.
//   fs.FailAt(FaultyFileSystem::Step::kSync, 0, EIO);   // The first fsync.
//   EXPECT_THAT(SaveCheckpoint(fs, dir), StatusIs(kResourceExhausted));

#include <sys/types.h>

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/file_system.h"

namespace kaito {

class FaultyFileSystem final : public FileSystem {
 public:
  enum class Step {
    kCreate,
    kWrite,
    kSync,
    kClose,
    kRename,
    kRemove,
    kSyncDirectory
  };

  // The call number `index` (from 0) of this kind fails with `error`, an errno
  // value, and does nothing.
  void FailAt(Step step, int64_t index, int error) {
    faults_[{step, index}] = error;
  }

  // All writes together take at most this many bytes; then ENOSPC, after what
  // still fits.
  void set_capacity(int64_t bytes) { capacity_ = bytes; }

  // Each Write() takes at most this many bytes.
  void set_max_write(int64_t bytes) { max_write_ = bytes; }

  // How many calls of this kind there were, failed ones too.
  int64_t calls(Step step) const;

  absl::StatusOr<std::unique_ptr<FileWriter>> Create(absl::string_view path,
                                                     mode_t mode) override;
  absl::Status Rename(absl::string_view from, absl::string_view to) override;
  absl::Status Remove(absl::string_view path) override;
  absl::Status SyncDirectory(absl::string_view path) override;

 private:
  class Writer;

  // Counts the call; the error that was ordered for it, or OK.
  absl::Status Enter(Step step, absl::string_view what);

  std::map<std::pair<Step, int64_t>, int> faults_;
  std::map<Step, int64_t> calls_;
  int64_t capacity_ = std::numeric_limits<int64_t>::max();
  int64_t max_write_ = std::numeric_limits<int64_t>::max();
};

}  // namespace kaito

#endif  // KAITO_BASE_FILE_FAULTY_FILE_SYSTEM_H_
