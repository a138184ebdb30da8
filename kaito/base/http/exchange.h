#ifndef KAITO_BASE_HTTP_EXCHANGE_H_
#define KAITO_BASE_HTTP_EXCHANGE_H_

// One response on its way from a handler, in any thread, to the connection that
// writes it. Private to the server: handlers see response_writer.h.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"

namespace kaito::http {

class Exchange {
 public:
  struct Head {
    int code = 0;
    Headers headers;
    bool is_stream = false;
  };

  // What the connection is to write next, in this order.
  struct Output {
    std::optional<Head> head;
    std::string body;  // One piece, or the whole of a fixed body.
    bool ended = false;
    bool abandoned = false;  // The stream will never end as it should.
  };

  // `wake` has the connection call Take() soon; it must not call back. It is not
  // called after Detach(). `max_queued_bytes` is for streams.
  Exchange(int64_t max_queued_bytes, std::function<void()> wake);

  // --- The handler's side. Cancelled once the client has gone.
  absl::Status Send(int code, Headers headers, std::string body)
      KAITO_EXCLUDES(mutex_);
  absl::Status StartStream(int code, Headers headers) KAITO_EXCLUDES(mutex_);
  absl::Status Write(absl::string_view piece, bool wait_for_room)
      KAITO_EXCLUDES(mutex_);
  absl::Status Finish() KAITO_EXCLUDES(mutex_);
  // The handler has dropped it: an answer that was not begun becomes a 500, a
  // stream that has not finished is cut.
  void Abandon() KAITO_EXCLUDES(mutex_);
  bool answered() const KAITO_EXCLUDES(mutex_);
  StopToken client_gone() const { return gone_.token(); }

  // --- The connection's side.
  Output Take() KAITO_EXCLUDES(mutex_);
  // Nothing more will be written. Stops client_gone() where `client_gone`.
  void Detach(bool client_gone) KAITO_EXCLUDES(mutex_);
  // Drops `slot` when the answer begins or no one can give one any more.
  void HoldUntilAnswered(std::shared_ptr<void> slot) KAITO_EXCLUDES(mutex_);

 private:
  absl::Status Begin(int code, Headers headers, bool is_stream)
      KAITO_REQUIRES(mutex_);

  const int64_t max_queued_bytes_;
  StopSource gone_;

  mutable Mutex mutex_;
  CondVar room_;
  std::function<void()> wake_ KAITO_GUARDED_BY(mutex_);
  bool attached_ KAITO_GUARDED_BY(mutex_) = true;
  bool answered_ KAITO_GUARDED_BY(mutex_) = false;
  std::shared_ptr<void> slot_ KAITO_GUARDED_BY(mutex_);
  Output output_ KAITO_GUARDED_BY(mutex_);  // Not yet taken.
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_EXCHANGE_H_
