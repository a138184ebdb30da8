#ifndef KAITO_BASE_PROCESS_STDIO_H_
#define KAITO_BASE_PROCESS_STDIO_H_

// Stdio: where one of a child process's standard streams leads. A field of
// SubprocessOptions (subprocess.h).
//
//   options.in = Stdio::Text(manifest);
//   options.out = Stdio::Capture(64 * 1024);
//   options.err = Stdio::AppendFile(log_path);

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/unique_fd.h"

namespace kaito {

// Where one of the child's standard streams leads.
class Stdio {
 public:
  // /dev/null.
  static Stdio Null() { return Stdio(Kind::kNull); }
  // This process's own stream.
  static Stdio Inherit() { return Stdio(Kind::kInherit); }
  // Read from it, or created (0644) and emptied.
  static Stdio File(absl::string_view path);
  // Output only: created (0644), written at its end.
  static Stdio AppendFile(absl::string_view path);
  // The other end is Subprocess::TakeStdin(), TakeStdout(), TakeStderr(). A
  // child waits when nobody reads or writes there.
  static Stdio Pipe() { return Stdio(Kind::kPipe); }
  // Output only: kept in ProcessResult, at most `max_bytes` of it; the rest is
  // read and dropped, so that the child never waits.
  static Stdio Capture(int64_t max_bytes);
  // Input only: these bytes, then the end.
  static Stdio Text(absl::string_view text);
  // A descriptor of the caller's, who keeps it.
  static Stdio Fd(int fd);

  // What Open() gives: either may be absent.
  struct Ends {
    UniqueFd
        child;  // Above 2; absent: the child inherits this process's stream.
    UniqueFd ours;  // Of Pipe() and Capture(); the latter's never waits.
  };

  // Opens it as the child's descriptor `target` (0, 1 or 2). For Subprocess.
  absl::StatusOr<Ends> Open(int target) const;

  bool captures() const { return kind_ == Kind::kCapture; }
  int64_t max_bytes() const { return number_; }  // Of Capture().

 private:
  enum class Kind {
    kNull,
    kInherit,
    kFile,
    kAppendFile,
    kPipe,
    kCapture,
    kText,
    kFd
  };
  explicit Stdio(Kind kind) : kind_(kind) {}

  Kind kind_;
  std::string text_;     // Path or bytes.
  int64_t number_ = -1;  // Limit or descriptor.
};

}  // namespace kaito

#endif  // KAITO_BASE_PROCESS_STDIO_H_
