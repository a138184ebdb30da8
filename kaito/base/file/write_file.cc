#include "kaito/base/file/write_file.h"

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
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"

namespace kaito {
namespace {

// What a process of the same number left behind when it crashed is in the way
// at most this many times.
constexpr int kMaxNames = 100;

std::string NextTemporaryName(absl::string_view path) {
  static std::atomic<int64_t> counter = 0;
  return JoinPath(
      Dirname(path),
      absl::StrCat(".", Basename(path), ".", getpid(), ".", counter++, ".tmp"));
}

absl::Status Fill(std::unique_ptr<FileWriter> file, absl::string_view content,
                  bool sync) {
  KAITO_RETURN_IF_ERROR(WriteAll(*file, content));
  if (sync) KAITO_RETURN_IF_ERROR(file->Sync());
  return file->Close();
}

}  // namespace

absl::Status WriteFileAtomic(absl::string_view path, absl::string_view content,
                             const WriteFileOptions& options) {
  FileSystem& fs =
      options.file_system == nullptr ? RealFileSystem() : *options.file_system;
  const std::string where = absl::StrCat("write ", path);
  std::string temporary;
  absl::StatusOr<std::unique_ptr<FileWriter>> file;
  for (int i = 0; i < kMaxNames; ++i) {
    temporary = NextTemporaryName(path);
    file = fs.Create(temporary, options.mode);
    if (file.ok() || !absl::IsAlreadyExists(file.status())) break;
  }
  if (!file.ok()) return Annotate(file.status(), where);

  absl::Status status = Fill(*std::move(file), content, options.sync);
  if (status.ok()) status = fs.Rename(temporary, path);
  if (!status.ok()) {
    // The first error is the one to tell; what can't be removed either stays.
    (void)fs.Remove(temporary);
    return Annotate(status, where);
  }
  if (!options.sync) return absl::OkStatus();
  return Annotate(fs.SyncDirectory(Dirname(path)), where);
}

}  // namespace kaito
