#include "kaito/runtime/weights/pending_file.h"

#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/file_system.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::runtime {
namespace {

// What a process of the same number left behind when it crashed is in the way
// at most this many times.
constexpr int kMaxNames = 100;

std::string NextTemporaryName(absl::string_view path) {
  static std::atomic<int64_t> counter = 0;
  return JoinPath(Dirname(path),
                  absl::StrCat(".", Basename(path), ".", getpid(), ".",
                               counter++, ".partial"));
}

FileSystem& FileSystemOf(const WriteFileOptions& options) {
  return options.file_system == nullptr ? RealFileSystem()
                                        : *options.file_system;
}

}  // namespace

absl::StatusOr<PendingFile> PendingFile::Create(
    absl::string_view path, const WriteFileOptions& options) {
  absl::Status status;
  for (int i = 0; i < kMaxNames; ++i) {
    std::string temporary = NextTemporaryName(path);
    absl::StatusOr<std::unique_ptr<FileWriter>> file =
        FileSystemOf(options).Create(temporary, options.mode);
    if (file.ok()) {
      return PendingFile(std::string(path), std::move(temporary),
                         *std::move(file), options);
    }
    status = file.status();
    if (!absl::IsAlreadyExists(status)) break;
  }
  return Annotate(status, absl::StrCat("write ", path));
}

PendingFile::PendingFile(std::string path, std::string temporary,
                         std::unique_ptr<FileWriter> file,
                         const WriteFileOptions& options)
    : path_(std::move(path)),
      temporary_(std::move(temporary)),
      file_(std::move(file)),
      options_(options) {}

PendingFile::~PendingFile() {
  if (file_ == nullptr) return;
  file_.reset();
  // Whoever dropped the file knows why; what can't be removed either stays.
  (void)FileSystemOf(options_).Remove(temporary_);
}

absl::Status PendingFile::Append(absl::string_view part) {
  return Annotate(WriteAll(*file_, part), absl::StrCat("write ", path_));
}

absl::Status PendingFile::Commit() {
  const std::string where = absl::StrCat("write ", path_);
  FileSystem& fs = FileSystemOf(options_);
  if (options_.sync) KAITO_RETURN_IF_ERROR(Annotate(file_->Sync(), where));
  KAITO_RETURN_IF_ERROR(Annotate(file_->Close(), where));
  KAITO_RETURN_IF_ERROR(Annotate(fs.Rename(temporary_, path_), where));
  file_.reset();
  if (!options_.sync) return absl::OkStatus();
  return Annotate(fs.SyncDirectory(Dirname(path_)), where);
}

}  // namespace kaito::runtime
