#include "kaito/base/log/log_capture.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/log/log.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito {

class LogCapture::Buffer final : public LogSink {
 public:
  void Write(absl::string_view line) override {
    MutexLock lock(mutex_);
    absl::StrAppend(&text_, line);
  }
  std::string text() {
    MutexLock lock(mutex_);
    return text_;
  }

 private:
  Mutex mutex_;
  std::string text_ KAITO_GUARDED_BY(mutex_);
};

LogCapture::LogCapture(LogOptions options)
    : buffer_(std::make_shared<Buffer>()) {
  options.sink = buffer_;
  before_ = ConfigureLog(std::move(options));
}

LogCapture::~LogCapture() { ConfigureLog(std::move(before_)); }

std::string LogCapture::text() const { return buffer_->text(); }

}  // namespace kaito
