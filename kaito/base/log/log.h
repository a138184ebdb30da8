#ifndef KAITO_BASE_LOG_LOG_H_
#define KAITO_BASE_LOG_LOG_H_

// Structured log: a constant message and key=value pairs; one line per
// decision, never a whole object. Used at the edges (observe, apply, transport,
// main); pure code does not log.
//
//   KAITO_LOG(INFO, "machine is ready", {{"machine", name}, {"gpus", 4}});
//
// prints, as text or as JSON, in one write:
//
//   time=2024-07-26T10:20:30.123Z level=info msg="machine is ready"
//   src=ready.cc:41 machine=ws1a2b3c gpus=4
//
// A value never makes a new line, a new key or an escape sequence of a
// terminal, whatever is in it, and is cut at kMaxLogValueBytes. Credentials are
// Secret (secret.h) and print as ***. Fields are evaluated only where the level
// is on. Levels: DEBUG what a developer asks for, INFO decisions and changes,
// WARNING what someone should look at, ERROR what has failed and won't heal by
// itself.

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/log/secret.h"

namespace kaito {

enum class LogLevel { kDebug = 0, kInfo = 1, kWarning = 2, kError = 3 };
enum class LogFormat { kText, kJson };

// A value longer than this is cut, with a note of how much was left out. Enough
// for any one error message; 20 such fields stay below a pipe's 64 KiB.
inline constexpr int64_t kMaxLogValueBytes = 4096;

// Where lines go. Called from any thread, with no lock held.
class LogSink {
 public:
  virtual ~LogSink() = default;
  // `line` is whole and ends with a newline.
  virtual void Write(absl::string_view line) = 0;
};

// Writes each line to a file descriptor, which it does not own, by one
// write(2).
class FdLogSink final : public LogSink {
 public:
  explicit FdLogSink(int fd) : fd_(fd) {}
  void Write(absl::string_view line) override;

 private:
  int fd_;
};

struct LogOptions {
  LogLevel min_level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
  // Shared: another thread may be writing when the options change. Null:
  // standard error.
  std::shared_ptr<LogSink> sink;
  // Null: the machine's. It must outlive its use here.
  const Clock* clock = nullptr;
};

// Sets the process's log; main() calls it once. Until then: the defaults above.
// Returns the options that it replaces. Tests use LogCapture (log_capture.h).
LogOptions ConfigureLog(LogOptions options);

bool LogEnabled(LogLevel level);

// One value, already formatted.
class LogValue {
 public:
  // NOLINTBEGIN(google-explicit-constructor): so that fields are {"key",
  // value}.
  LogValue(absl::string_view text) : text_(text), bare_(false) {}
  LogValue(const char* text) : LogValue(absl::string_view(text)) {}
  LogValue(const std::string& text) : LogValue(absl::string_view(text)) {}
  LogValue(bool value) : text_(value ? "true" : "false") {}
  LogValue(double value);
  LogValue(absl::Duration value);  // 1m30s
  LogValue(absl::Time value);      // RFC 3339, UTC, milliseconds
  LogValue(const absl::Status& value);
  LogValue(const Secret&) : text_("***"), bare_(false) {}
  template <typename T, std::enable_if_t<std::is_integral_v<T>, int> = 0>
  LogValue(T value) {
    if constexpr (std::is_signed_v<T>) {
      SetInt(static_cast<int64_t>(value));
    } else {
      SetUint(static_cast<uint64_t>(value));
    }
  }
  // NOLINTEND(google-explicit-constructor)

  absl::string_view text() const { return text_; }
  // Whether JSON shows it without quotes: numbers and booleans.
  bool bare() const { return bare_; }

 private:
  void SetInt(int64_t value);
  void SetUint(uint64_t value);

  std::string text_;
  bool bare_ = true;
};

// `key` is a constant of the program: letters, digits, '_', '.' and '-'.
struct LogField {
  absl::string_view key;
  LogValue value;
};

// Takes string literals only: what varies belongs in fields, so that lines of
// one kind can be counted.
class LogMessage {
 public:
  template <size_t N>
  consteval LogMessage(  // NOLINT(google-explicit-constructor)
      const char (&text)[N])
      : text_(text), size_(N - 1) {}
  absl::string_view text() const { return absl::string_view(text_, size_); }

 private:
  const char* text_;
  size_t size_;
};

// What KAITO_LOG calls once the level is on.
void WriteLog(LogLevel level, const char* file, int line, LogMessage message,
              std::initializer_list<LogField> fields = {});

// One line as it is written; pure. Exposed for tests and for tools that print
// such lines from elsewhere.
std::string FormatLogLine(LogFormat format, absl::Time time, LogLevel level,
                          absl::string_view source, absl::string_view message,
                          std::initializer_list<LogField> fields);

}  // namespace kaito

#define KAITO_LOG(level, ...)                                        \
  do {                                                               \
    if (::kaito::LogEnabled(KAITO_LOG_LEVEL_##level)) {              \
      ::kaito::WriteLog(KAITO_LOG_LEVEL_##level, __FILE__, __LINE__, \
                        __VA_ARGS__);                                \
    }                                                                \
  } while (false)

#define KAITO_LOG_LEVEL_DEBUG ::kaito::LogLevel::kDebug
#define KAITO_LOG_LEVEL_INFO ::kaito::LogLevel::kInfo
#define KAITO_LOG_LEVEL_WARNING ::kaito::LogLevel::kWarning
#define KAITO_LOG_LEVEL_ERROR ::kaito::LogLevel::kError

#endif  // KAITO_BASE_LOG_LOG_H_
