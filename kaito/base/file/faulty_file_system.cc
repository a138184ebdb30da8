#include "kaito/base/file/faulty_file_system.h"

#include <sys/types.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/file_system.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"

namespace kaito {

class FaultyFileSystem::Writer final : public FileWriter {
 public:
  Writer(FaultyFileSystem& fs, std::unique_ptr<FileWriter> real)
      : fs_(fs), real_(std::move(real)) {}

  absl::StatusOr<int64_t> Write(absl::string_view data) override {
    KAITO_RETURN_IF_ERROR(fs_.Enter(Step::kWrite, "write"));
    if (fs_.capacity_ == 0 && !data.empty()) {
      return ErrnoToStatus(ENOSPC, "write");
    }
    const int64_t size = std::min(
        {static_cast<int64_t>(data.size()), fs_.capacity_, fs_.max_write_});
    KAITO_ASSIGN_OR_RETURN(
        const int64_t written,
        real_->Write(data.substr(0, static_cast<size_t>(size))));
    fs_.capacity_ -= written;
    return written;
  }

  absl::Status Sync() override {
    KAITO_RETURN_IF_ERROR(fs_.Enter(Step::kSync, "fsync"));
    return real_->Sync();
  }

  absl::Status Close() override {
    KAITO_RETURN_IF_ERROR(fs_.Enter(Step::kClose, "close"));
    return real_->Close();
  }

 private:
  FaultyFileSystem& fs_;
  std::unique_ptr<FileWriter> real_;
};

int64_t FaultyFileSystem::calls(Step step) const {
  auto found = calls_.find(step);
  return found == calls_.end() ? 0 : found->second;
}

absl::StatusOr<std::unique_ptr<FileWriter>> FaultyFileSystem::Create(
    absl::string_view path, mode_t mode) {
  KAITO_RETURN_IF_ERROR(Enter(Step::kCreate, "create"));
  KAITO_ASSIGN_OR_RETURN(std::unique_ptr<FileWriter> real,
                         RealFileSystem().Create(path, mode));
  return std::make_unique<Writer>(*this, std::move(real));
}

absl::Status FaultyFileSystem::Rename(absl::string_view from,
                                      absl::string_view to) {
  KAITO_RETURN_IF_ERROR(Enter(Step::kRename, "rename"));
  return RealFileSystem().Rename(from, to);
}

absl::Status FaultyFileSystem::Remove(absl::string_view path) {
  KAITO_RETURN_IF_ERROR(Enter(Step::kRemove, "remove"));
  return RealFileSystem().Remove(path);
}

absl::Status FaultyFileSystem::SyncDirectory(absl::string_view path) {
  KAITO_RETURN_IF_ERROR(Enter(Step::kSyncDirectory, "fsync directory"));
  return RealFileSystem().SyncDirectory(path);
}

absl::Status FaultyFileSystem::Enter(Step step, absl::string_view what) {
  auto fault = faults_.find({step, calls_[step]++});
  if (fault == faults_.end()) return absl::OkStatus();
  // Qualified: Abseil has one of this name, which an absl::string_view finds.
  return kaito::ErrnoToStatus(fault->second, what);
}

}  // namespace kaito
