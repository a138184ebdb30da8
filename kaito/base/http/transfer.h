#ifndef KAITO_BASE_HTTP_TRANSFER_H_
#define KAITO_BASE_HTTP_TRANSFER_H_

// One request on its way: the half that its caller sees, which waits, and the
// half that the I/O thread drives through libcurl. Private to the client.
//
// The two halves meet under mutex_. The caller never touches the easy handle;
// to have something done it notes a wish and wakes the loop, which calls
// Attend(). A transfer that is done takes no more wishes, so that a stream may
// outlive its client.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "curl/curl.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/easy_handle.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito::http {

class Transfer;

// Who carries out a transfer's wishes.
class TransferHost {
 public:
  virtual ~TransferHost() = default;
  // Has Attend() called soon, on the I/O thread.
  virtual void Wake(std::shared_ptr<Transfer> transfer) = 0;
};

// Shared by the caller, the I/O thread and the callbacks of timers and tokens.
class Transfer final : public std::enable_shared_from_this<Transfer>,
                       private EasyHandle::Events {
 public:
  // `clock` and `host` live until the transfer is done. `where` is "GET URL",
  // for messages.
  Transfer(Request request, std::string where, Clock& clock,
           TransferHost& host);

  // --- The caller's half.

  // Waits until the response's header is there or the transfer has failed;
  // feeds the request's producer meanwhile.
  absl::Status AwaitHead() KAITO_EXCLUDES(mutex_);
  // After AwaitHead() was OK.
  int code() const { return code_; }
  const Headers& headers() const { return headers_; }
  absl::StatusOr<std::string> Read() KAITO_EXCLUDES(mutex_);

  // Any thread. Ends it with `why`, unless it is done.
  void Cancel(absl::Status why) KAITO_EXCLUDES(mutex_);

  // --- The I/O thread's half.

  // Begins, and then carries out what was wished since the last time.
  void Attend(CURLM* multi, const ClientOptions& options)
      KAITO_EXCLUDES(mutex_);
  // libcurl has finished with it.
  void OnDone(CURLcode code) KAITO_EXCLUDES(mutex_);
  // Ends it with `why`, OK for a whole response.
  void Finish(absl::Status why) KAITO_EXCLUDES(mutex_);
  bool finished() const { return finished_; }

 private:
  // What other threads want of the I/O thread.
  struct Wishes {
    absl::Status cancel;
    bool resume_download = false;
    bool resume_upload = false;
    bool check_idle = false;
  };

  // The caller's half.
  void Pump() KAITO_EXCLUDES(mutex_);
  absl::StatusOr<std::string> Produce();

  // The I/O thread's half. The timer callbacks come from the clock's thread.
  absl::Status Start(CURLM* multi, const ClientOptions& options);
  void ArmTimers();
  void ArmIdleTimer();
  void WishIdleCheck() KAITO_EXCLUDES(mutex_);
  void CheckIdle() KAITO_EXCLUDES(mutex_);

  // EasyHandle::Events, on the I/O thread, inside calls to libcurl.
  bool OnHeaderLine(absl::string_view line) override KAITO_EXCLUDES(mutex_);
  size_t OnBody(absl::string_view data) override KAITO_EXCLUDES(mutex_);
  size_t OnUpload(char* buffer, size_t size) override KAITO_EXCLUDES(mutex_);
  void OnRefusal(absl::Status why) override;

  const Request request_;
  const std::string where_;
  Clock& clock_;
  TransferHost& host_;

  Mutex mutex_;
  CondVar changed_;
  bool head_ready_ KAITO_GUARDED_BY(mutex_) = false;
  bool done_ KAITO_GUARDED_BY(mutex_) = false;
  absl::Status result_ KAITO_GUARDED_BY(mutex_);
  std::deque<std::string> pieces_ KAITO_GUARDED_BY(mutex_);
  int64_t queued_bytes_ KAITO_GUARDED_BY(mutex_) = 0;
  bool download_paused_ KAITO_GUARDED_BY(mutex_) = false;
  std::string upload_piece_ KAITO_GUARDED_BY(mutex_);
  size_t upload_offset_ KAITO_GUARDED_BY(mutex_) = 0;
  bool upload_wanted_ KAITO_GUARDED_BY(mutex_) = false;
  Wishes wishes_ KAITO_GUARDED_BY(mutex_);

  // Written by the I/O thread before head_ready_, read by the caller after it.
  int code_ = 0;
  Headers headers_;

  // The caller's thread.
  int64_t produced_bytes_ = 0;

  // The I/O thread.
  std::unique_ptr<EasyHandle> easy_;
  bool finished_ = false;
  bool head_seen_ = false;
  absl::Status own_error_;  // Why a callback of ours ended it.
  absl::Status refusal_;    // The address policy's last.
  int64_t header_bytes_ = 0;
  int64_t body_bytes_ = 0;
  bool holds_download_ = false;
  bool holds_upload_ = false;
  SteadyTime last_activity_;
  Timer deadline_timer_;
  Timer idle_timer_;
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_TRANSFER_H_
