#ifndef KAITO_STANDALONE_NODE_CONTAINER_LOG_H_
#define KAITO_STANDALONE_NODE_CONTAINER_LOG_H_

// The log of one run of a container: what it printed, line by line, with time
// and stream, in the format that kubelets use; in a few files of limited size.
// The shim writes it, and whoever answers pods/log reads it, also while it is
// being written. Not for the log of this program: kaito/base/log.
//
//   2024-07-26T10:20:30.123456Z stdout F Epoch 1
//
// F ends a line, P is a part of a longer one. "log" is the newest file, "log.1"
// the one before it.
//
//   KAITO_ASSIGN_OR_RETURN(auto log, ContainerLogWriter::Open(path, {}));
//   log->Write(LogStream::kStdout, bytes, now);
//
//   KAITO_ASSIGN_OR_RETURN(const std::string text,
//                          ReadContainerLog(path, {.tail_lines = 20}));

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::standalone {

enum class LogStream { kStdout = 0, kStderr = 1 };

// A kubelet's defaults: 10 MiB, five files.
struct ContainerLogLimits {
  int64_t max_file_bytes = int64_t{10} << 20;
  int64_t max_files = 5;
};

// Not safe for several threads.
class ContainerLogWriter {
 public:
  static absl::StatusOr<std::unique_ptr<ContainerLogWriter>> Open(
      absl::string_view path, const ContainerLogLimits& limits);

  // Never waits and never fails: what a full disk refuses is dropped and
  // counted, since a container must not stop for its log.
  void Write(LogStream stream, absl::string_view bytes, absl::Time now);

  // Writes the lines that have no end yet.
  void Flush(absl::Time now);

  int64_t dropped_bytes() const { return dropped_bytes_; }

 private:
  ContainerLogWriter(std::string path, const ContainerLogLimits& limits)
      : path_(std::move(path)), limits_(limits) {}

  absl::Status OpenFile();
  void Emit(absl::string_view text);
  void Rotate();

  const std::string path_;
  const ContainerLogLimits limits_;
  UniqueFd fd_;
  int64_t file_bytes_ = 0;
  int64_t dropped_bytes_ = 0;
  std::array<std::string, 2> partial_;  // By stream: a line without its end.
};

struct LogReadOptions {
  std::optional<int64_t> tail_lines;
  // Of the output; the first ones that were asked for are given.
  int64_t limit_bytes = int64_t{1} << 20;
  std::optional<absl::Time> since;
  bool timestamps = false;  // Each line starts with its time.
};

// What the container printed. NotFound where there is no such log.
absl::StatusOr<std::string> ReadContainerLog(absl::string_view path,
                                             const LogReadOptions& options);

// As above, piece by piece, and then what is added, until `ended` says that
// nothing more comes. Blocks; OK at the end, else what `emit` returned or
// stop.status(). `limit_bytes` holds for all of it.
absl::Status FollowContainerLog(
    absl::string_view path, const LogReadOptions& options,
    absl::FunctionRef<bool()> ended,
    absl::FunctionRef<absl::Status(absl::string_view)> emit, Clock& clock,
    const StopToken& stop);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_CONTAINER_LOG_H_
