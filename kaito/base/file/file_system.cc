#include "kaito/base/file/file_system.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"

namespace kaito {
namespace {

absl::Status Fail(absl::string_view what, absl::string_view path) {
  return ErrnoToStatus(errno, absl::StrCat(what, " ", path));
}

class RealFileWriter final : public FileWriter {
 public:
  RealFileWriter(UniqueFd fd, std::string path)
      : fd_(std::move(fd)), path_(std::move(path)) {}

  absl::StatusOr<int64_t> Write(absl::string_view data) override {
    while (true) {
      const ssize_t n = write(fd_.get(), data.data(), data.size());
      if (n >= 0) return static_cast<int64_t>(n);
      if (errno != EINTR) return Fail("write", path_);
    }
  }

  absl::Status Sync() override {
    // Not repeated after an error: the kernel may have dropped the pages, and a
    // second fsync would then report success.
    if (fsync(fd_.get()) != 0) return Fail("fsync", path_);
    return absl::OkStatus();
  }

  absl::Status Close() override {
    // Linux frees the descriptor even where close() fails.
    if (close(fd_.Release()) != 0 && errno != EINTR) {
      return Fail("close", path_);
    }
    return absl::OkStatus();
  }

 private:
  UniqueFd fd_;
  std::string path_;
};

class RealFileSystemImpl final : public FileSystem {
 public:
  absl::StatusOr<std::unique_ptr<FileWriter>> Create(absl::string_view path,
                                                     mode_t mode) override {
    const std::string name(path);
    UniqueFd fd(open(name.c_str(),
                     O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                     mode));
    if (!fd.valid()) return Fail("create", path);
    return std::make_unique<RealFileWriter>(std::move(fd), name);
  }

  absl::Status Rename(absl::string_view from, absl::string_view to) override {
    if (rename(std::string(from).c_str(), std::string(to).c_str()) != 0) {
      return Fail(absl::StrCat("rename ", from, " to"), to);
    }
    return absl::OkStatus();
  }

  absl::Status Remove(absl::string_view path) override {
    if (unlink(std::string(path).c_str()) != 0) return Fail("remove", path);
    return absl::OkStatus();
  }

  absl::Status SyncDirectory(absl::string_view path) override {
    const UniqueFd fd(
        open(std::string(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd.valid()) return Fail("open directory", path);
    // Some file systems can't sync directories, and say EINVAL.
    if (fsync(fd.get()) != 0 && errno != EINVAL) {
      return Fail("fsync directory", path);
    }
    return absl::OkStatus();
  }
};

}  // namespace

FileSystem& RealFileSystem() {
  static RealFileSystemImpl& instance = *new RealFileSystemImpl;
  return instance;
}

absl::Status WriteAll(FileWriter& file, absl::string_view data) {
  while (!data.empty()) {
    KAITO_ASSIGN_OR_RETURN(const int64_t n, file.Write(data));
    if (n <= 0) {
      return absl::InternalError(absl::StrCat(
          "write: took ", n, " of ", data.size(), " bytes and no error"));
    }
    data.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

}  // namespace kaito
