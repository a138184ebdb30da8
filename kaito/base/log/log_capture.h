#ifndef KAITO_BASE_LOG_LOG_CAPTURE_H_
#define KAITO_BASE_LOG_LOG_CAPTURE_H_

// LogCapture: takes the process's log for the life of a test. For tests only,
// one at a time.
//
//   LogCapture log;
//   Reconcile();
//   EXPECT_THAT(log.text(), HasSubstr("msg=\"machine is ready\""));

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/base/log/log.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito {

class LogCapture {
 public:
  // `options.sink` is ignored. All levels are on by default.
  explicit LogCapture(LogOptions options = {.min_level = LogLevel::kDebug});
  ~LogCapture();  // The log is as before.
  LogCapture(const LogCapture&) = delete;
  LogCapture& operator=(const LogCapture&) = delete;

  // All lines so far.
  std::string text() const;

 private:
  class Buffer;

  std::shared_ptr<Buffer> buffer_;  // Shared with the log.
  LogOptions before_;
};

}  // namespace kaito

#endif  // KAITO_BASE_LOG_LOG_CAPTURE_H_
