#include "kaito/base/log/log.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "kaito/base/log/escape.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito {
namespace {

struct LogState {
  Mutex mutex;
  // Null until ConfigureLog(). Shared with threads that are writing a line.
  std::shared_ptr<const LogOptions> options KAITO_GUARDED_BY(mutex);
};

// Never destroyed: threads may log until the process is gone.
LogState& State() {
  static LogState& state = *new LogState;
  return state;
}

// Apart from the state, so that a level that is off costs one load.
constinit std::atomic<int> min_level{static_cast<int>(LogLevel::kInfo)};

absl::string_view LevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "unknown";
}

std::string FormatLogTime(absl::Time time) {
  return absl::FormatTime("%Y-%m-%d%ET%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

// Keys are constants of the program; this keeps one that isn't from making two.
void AppendKey(absl::string_view key, std::string* out) {
  if (key.empty()) *out += '_';
  for (const char c : key) {
    *out += absl::ascii_isalnum(c) || c == '.' || c == '-' ? c : '_';
  }
  // A field can't pass for one that each line has.
  for (const absl::string_view taken : {"time", "level", "msg", "src"}) {
    if (key == taken) *out += '_';
  }
}

void AppendText(absl::string_view key, absl::string_view value,
                std::string* out) {
  absl::StrAppend(out, out->empty() ? "" : " ", key, "=");
  AppendLogText(value, out);
}

void AppendJson(absl::string_view key, absl::string_view value, bool bare,
                std::string* out) {
  absl::StrAppend(out, out->empty() ? "{" : ",", "\"", key, "\":");
  if (bare) {
    absl::StrAppend(out, value);
  } else {
    AppendLogJson(value, out);
  }
}

absl::string_view Basename(absl::string_view path) {
  const size_t slash = path.rfind('/');
  return slash == absl::string_view::npos ? path : path.substr(slash + 1);
}

}  // namespace

LogValue::LogValue(double value)
    : text_(absl::StrFormat("%.9g", value)), bare_(std::isfinite(value)) {}

LogValue::LogValue(absl::Duration value)
    : text_(absl::FormatDuration(value)), bare_(false) {}

LogValue::LogValue(absl::Time value)
    : text_(FormatLogTime(value)), bare_(false) {}

LogValue::LogValue(const absl::Status& value)
    : text_(value.ok() ? "OK"
                       : absl::StrCat(absl::StatusCodeToString(value.code()),
                                      ": ", value.message())),
      bare_(false) {}

void LogValue::SetInt(int64_t value) { text_ = absl::StrCat(value); }
void LogValue::SetUint(uint64_t value) { text_ = absl::StrCat(value); }

void FdLogSink::Write(absl::string_view line) {
  // One write(2) for a line: lines of threads and processes that share the file
  // don't mix. Only a short write, as of a full pipe, is continued.
  while (!line.empty()) {
    const ssize_t n = write(fd_, line.data(), line.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // Nobody is left to tell.
    line.remove_prefix(static_cast<size_t>(n));
  }
}

LogOptions ConfigureLog(LogOptions options) {
  LogState& state = State();
  auto next = std::make_shared<const LogOptions>(std::move(options));
  MutexLock lock(state.mutex);
  min_level.store(static_cast<int>(next->min_level), std::memory_order_relaxed);
  const std::shared_ptr<const LogOptions> last =
      std::exchange(state.options, std::move(next));
  return last == nullptr ? LogOptions() : *last;
}

bool LogEnabled(LogLevel level) {
  return static_cast<int>(level) >= min_level.load(std::memory_order_relaxed);
}

std::string FormatLogLine(LogFormat format, absl::Time time, LogLevel level,
                          absl::string_view source, absl::string_view message,
                          std::initializer_list<LogField> fields) {
  std::string line;
  const bool json = format == LogFormat::kJson;
  const auto add = [&](absl::string_view key, absl::string_view value,
                       bool bare) {
    json ? AppendJson(key, value, bare, &line) : AppendText(key, value, &line);
  };
  add("time", FormatLogTime(time), false);
  add("level", LevelName(level), false);
  add("msg", message, false);
  add("src", source, false);
  for (const LogField& field : fields) {
    std::string key;
    AppendKey(field.key, &key);
    add(key, TruncateLogValue(field.value.text(), kMaxLogValueBytes),
        field.value.bare());
  }
  line += json ? "}\n" : "\n";
  return line;
}

void WriteLog(LogLevel level, const char* file, int line, LogMessage message,
              std::initializer_list<LogField> fields) {
  std::shared_ptr<const LogOptions> options;
  {
    LogState& state = State();
    MutexLock lock(state.mutex);
    options = state.options;
  }
  const LogFormat format =
      options == nullptr ? LogFormat::kText : options->format;
  const absl::Time now = options == nullptr || options->clock == nullptr
                             ? absl::Now()
                             : options->clock->Now();
  const std::string text =
      FormatLogLine(format, now, level, absl::StrCat(Basename(file), ":", line),
                    message.text(), fields);
  if (options != nullptr && options->sink != nullptr) {
    options->sink->Write(text);
  } else {
    FdLogSink(STDERR_FILENO).Write(text);
  }
}

}  // namespace kaito
