#include "kaito/standalone/node/container_log.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::standalone {
namespace {

// A line's longest part: containerd's.
constexpr size_t kMaxPartBytes = 16 * 1024;

// Read at a time.
constexpr int64_t kChunkBytes = 64 * 1024;

// How often a follower looks for more; kubectl's users don't notice it.
constexpr absl::Duration kFollowInterval = absl::Milliseconds(100);

// Older files that are looked for.
constexpr int kMaxOldFiles = 100;

void AppendLine(absl::Time now, LogStream stream, bool whole,
                absl::string_view text, std::string& out) {
  absl::StrAppend(
      &out, absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", now, absl::UTCTimeZone()),
      stream == LogStream::kStdout ? " stdout " : " stderr ",
      whole ? "F " : "P ", text, "\n");
}

}  // namespace

absl::StatusOr<std::unique_ptr<ContainerLogWriter>> ContainerLogWriter::Open(
    absl::string_view path, const ContainerLogLimits& limits) {
  std::unique_ptr<ContainerLogWriter> writer(
      new ContainerLogWriter(std::string(path), limits));  // Private.
  KAITO_RETURN_IF_ERROR(writer->OpenFile());
  return writer;
}

absl::Status ContainerLogWriter::OpenFile() {
  fd_ = UniqueFd(
      open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!fd_.valid()) {
    return ErrnoToStatus(errno, absl::StrCat("open ", path_));
  }
  struct stat info = {};
  file_bytes_ = fstat(fd_.get(), &info) == 0 ? info.st_size : 0;
  return absl::OkStatus();
}

void ContainerLogWriter::Write(LogStream stream, absl::string_view bytes,
                               absl::Time now) {
  std::string& partial = partial_[static_cast<int>(stream)];
  std::string out;
  while (!bytes.empty()) {
    const size_t newline = bytes.find('\n');
    const bool ends = newline != absl::string_view::npos;
    absl::string_view line = bytes.substr(0, newline);
    bytes.remove_prefix(ends ? newline + 1 : bytes.size());
    while (partial.size() + line.size() > kMaxPartBytes) {
      const size_t taken = kMaxPartBytes - partial.size();
      partial.append(line.data(), taken);
      line.remove_prefix(taken);
      AppendLine(now, stream, false, partial, out);
      partial.clear();
    }
    partial.append(line.data(), line.size());
    if (!ends) break;
    AppendLine(now, stream, true, partial, out);
    partial.clear();
  }
  Emit(out);
}

void ContainerLogWriter::Flush(absl::Time now) {
  std::string out;
  for (int stream = 0; stream < 2; ++stream) {
    if (partial_[stream].empty()) continue;
    AppendLine(now, static_cast<LogStream>(stream), true, partial_[stream],
               out);
    partial_[stream].clear();
  }
  Emit(out);
}

void ContainerLogWriter::Emit(absl::string_view text) {
  if (text.empty()) return;
  if (file_bytes_ > 0 && file_bytes_ + static_cast<int64_t>(text.size()) >
                             limits_.max_file_bytes) {
    Rotate();
  }
  while (!text.empty()) {
    const ssize_t n = write(fd_.get(), text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) {
      dropped_bytes_ += static_cast<int64_t>(text.size());
      return;
    }
    file_bytes_ += n;
    text.remove_prefix(static_cast<size_t>(n));
  }
}

void ContainerLogWriter::Rotate() {
  for (int64_t i = limits_.max_files - 1; i > 0; --i) {
    const std::string from = i == 1 ? path_ : absl::StrCat(path_, ".", i - 1);
    (void)rename(from.c_str(), absl::StrCat(path_, ".", i).c_str());
  }
  if (limits_.max_files <= 1) (void)unlink(path_.c_str());
  // Where it can't be made anew, the old one goes on growing.
  const UniqueFd old = std::move(fd_);
  if (!OpenFile().ok()) fd_ = UniqueFd(dup(old.get()));
}

namespace {

// Reads the format above from pieces of any size.
class Decoder {
 public:
  Decoder(const LogReadOptions& options,
          absl::FunctionRef<absl::Status(absl::string_view)> emit)
      : options_(options), emit_(emit), left_(options.limit_bytes) {}

  absl::Status Add(absl::string_view bytes) {
    pending_.append(bytes.data(), bytes.size());
    std::string out;
    size_t start = 0;
    while (true) {
      const size_t end = pending_.find('\n', start);
      if (end == std::string::npos) break;
      AddLine(absl::string_view(pending_).substr(start, end - start), out);
      start = end + 1;
    }
    pending_.erase(0, start);
    if (static_cast<int64_t>(out.size()) > left_) {
      out.resize(static_cast<size_t>(left_));
    }
    left_ -= static_cast<int64_t>(out.size());
    return out.empty() ? absl::OkStatus() : emit_(out);
  }

  bool full() const { return left_ <= 0; }

 private:
  void AddLine(absl::string_view line, std::string& out) {
    const size_t time_end = line.find(' ');
    // "<time> stdout F <text>": the stream's name has six letters.
    if (time_end == absl::string_view::npos || line.size() < time_end + 10) {
      return;
    }
    const absl::string_view time = line.substr(0, time_end);
    if (options_.since.has_value()) {
      absl::Time at;
      std::string error;
      if (absl::ParseTime(absl::RFC3339_full, time, &at, &error) &&
          at < *options_.since) {
        return;
      }
    }
    if (options_.timestamps && at_line_start_) {
      absl::StrAppend(&out, time, " ");
    }
    absl::StrAppend(&out, line.substr(time_end + 10));
    at_line_start_ = line[time_end + 8] == 'F';
    if (at_line_start_) out += '\n';
  }

  const LogReadOptions& options_;
  absl::FunctionRef<absl::Status(absl::string_view)> emit_;
  int64_t left_;
  std::string pending_;
  bool at_line_start_ = true;
};

UniqueFd OpenRead(const std::string& path) {
  return UniqueFd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

// Where the last `lines` lines of the file start, looking back from its end;
// `lines` becomes what the file lacks.
int64_t TailOffset(int fd, int64_t& lines) {
  struct stat info = {};
  if (fstat(fd, &info) != 0) return 0;
  int64_t end = info.st_size;
  std::string chunk(kChunkBytes, '\0');
  bool last = true;  // The newline at the end of the last line.
  while (end > 0) {
    const int64_t size = std::min(end, kChunkBytes);
    const ssize_t n = pread(fd, chunk.data(), static_cast<size_t>(size),
                            static_cast<off_t>(end - size));
    if (n != size) return 0;
    for (int64_t i = size - 1; i >= 0; --i) {
      if (chunk[static_cast<size_t>(i)] != '\n') continue;
      if (!last && --lines == 0) return end - size + i + 1;
      last = false;
    }
    end -= size;
  }
  if (!last) --lines;  // The file's first line.
  return 0;
}

// The files that are to be read, oldest first, each with its place to start.
std::vector<std::pair<UniqueFd, int64_t>> OpenFiles(
    const std::string& path, const LogReadOptions& options) {
  std::vector<std::pair<UniqueFd, int64_t>> files;
  int64_t lines = options.tail_lines.value_or(0);
  for (int i = 0; i < kMaxOldFiles; ++i) {
    UniqueFd fd = OpenRead(i == 0 ? path : absl::StrCat(path, ".", i));
    if (!fd.valid()) break;
    int64_t offset = 0;
    if (options.tail_lines.has_value()) {
      struct stat info = {};
      offset = lines > 0 ? TailOffset(fd.get(), lines)
                         : (fstat(fd.get(), &info) == 0 ? info.st_size : 0);
    }
    files.emplace_back(std::move(fd), offset);
    if (options.tail_lines.has_value() && lines <= 0) break;
  }
  std::reverse(files.begin(), files.end());
  return files;
}

// From the descriptor's place to its end for now.
absl::Status ReadOn(int fd, int64_t& offset, Decoder& decoder) {
  std::string chunk(kChunkBytes, '\0');
  while (!decoder.full()) {
    const ssize_t n =
        pread(fd, chunk.data(), chunk.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoToStatus(errno, "read of a container's log");
    if (n == 0) break;
    offset += n;
    KAITO_RETURN_IF_ERROR(
        decoder.Add(absl::string_view(chunk.data(), static_cast<size_t>(n))));
  }
  return absl::OkStatus();
}

bool SameFile(int fd, const std::string& path) {
  struct stat a = {};
  struct stat b = {};
  return fstat(fd, &a) == 0 && stat(path.c_str(), &b) == 0 &&
         a.st_ino == b.st_ino && a.st_dev == b.st_dev;
}

}  // namespace

absl::StatusOr<std::string> ReadContainerLog(absl::string_view path,
                                             const LogReadOptions& options) {
  std::vector<std::pair<UniqueFd, int64_t>> files =
      OpenFiles(std::string(path), options);
  if (files.empty()) {
    return absl::NotFoundError(absl::StrCat("there is no log yet at ", path));
  }
  std::string text;
  const auto append = [&text](absl::string_view piece) {
    absl::StrAppend(&text, piece);
    return absl::OkStatus();
  };
  Decoder decoder(options, append);
  for (auto& [fd, offset] : files) {
    KAITO_RETURN_IF_ERROR(ReadOn(fd.get(), offset, decoder));
  }
  return text;
}

absl::Status FollowContainerLog(
    absl::string_view path, const LogReadOptions& options,
    absl::FunctionRef<bool()> ended,
    absl::FunctionRef<absl::Status(absl::string_view)> emit, Clock& clock,
    const StopToken& stop) {
  const std::string newest(path);
  std::vector<std::pair<UniqueFd, int64_t>> files = OpenFiles(newest, options);
  Decoder decoder(options, emit);
  UniqueFd fd;
  int64_t offset = 0;
  for (auto& file : files) {
    fd = std::move(file.first);
    offset = file.second;
    KAITO_RETURN_IF_ERROR(ReadOn(fd.get(), offset, decoder));
  }
  while (!decoder.full()) {
    // Asked before the last read: what was written before the end is seen.
    const bool last = ended();
    if (fd.valid()) KAITO_RETURN_IF_ERROR(ReadOn(fd.get(), offset, decoder));
    if (!fd.valid() || !SameFile(fd.get(), newest)) {
      if (fd.valid()) {
        // It was renamed: what came between the read and that.
        KAITO_RETURN_IF_ERROR(ReadOn(fd.get(), offset, decoder));
      }
      UniqueFd next = OpenRead(newest);
      if (next.valid()) {
        fd = std::move(next);
        offset = 0;
        continue;
      }
    }
    if (last) break;
    KAITO_RETURN_IF_ERROR(WaitFor(clock, kFollowInterval, stop));
  }
  return absl::OkStatus();
}

}  // namespace kaito::standalone
