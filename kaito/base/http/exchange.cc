#include "kaito/base/http/exchange.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/http/error_body.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"

namespace kaito::http {
namespace {

absl::Status ClientGone() {
  return absl::CancelledError("HTTP response: the client has gone");
}

absl::Status CheckHead(int code, const Headers& headers) {
  if (code < 200 || code > 599) {
    return absl::InvalidArgumentError(
        absl::StrCat("HTTP response: code ", code, ", want 200 to 599"));
  }
  for (const char* ours :
       {"Connection", "Content-Length", "Date", "Transfer-Encoding"}) {
    if (headers.Has(ours)) {
      return absl::InvalidArgumentError(absl::StrCat(
          "HTTP response: header ", ours, " is set by the server itself"));
    }
  }
  return headers.Check();
}

}  // namespace

Exchange::Exchange(int64_t max_queued_bytes, std::function<void()> wake)
    : max_queued_bytes_(max_queued_bytes), wake_(std::move(wake)) {}

absl::Status Exchange::Begin(int code, Headers headers, bool is_stream) {
  if (answered_) {
    return absl::FailedPreconditionError(
        "HTTP response: one request gets one response");
  }
  KAITO_RETURN_IF_ERROR(CheckHead(code, headers));
  if (!attached_) return ClientGone();
  answered_ = true;
  slot_ = nullptr;
  output_.head =
      Head{.code = code, .headers = std::move(headers), .is_stream = is_stream};
  return absl::OkStatus();
}

absl::Status Exchange::Send(int code, Headers headers, std::string body) {
  MutexLock lock(mutex_);
  KAITO_RETURN_IF_ERROR(Begin(code, std::move(headers), /*is_stream=*/false));
  output_.body = std::move(body);
  output_.ended = true;
  wake_();
  return absl::OkStatus();
}

absl::Status Exchange::StartStream(int code, Headers headers) {
  MutexLock lock(mutex_);
  KAITO_RETURN_IF_ERROR(Begin(code, std::move(headers), /*is_stream=*/true));
  wake_();
  return absl::OkStatus();
}

absl::Status Exchange::Write(absl::string_view piece, bool wait_for_room) {
  MutexLock lock(mutex_);
  const auto has_room = [&]() KAITO_REQUIRES(mutex_) {
    return output_.body.empty() ||
           static_cast<int64_t>(output_.body.size() + piece.size()) <=
               max_queued_bytes_;
  };
  while (wait_for_room && attached_ && !has_room()) room_.Wait(mutex_);
  if (!attached_) return ClientGone();
  if (output_.ended) {
    return absl::FailedPreconditionError("HTTP response: it has ended");
  }
  if (!has_room()) {
    return absl::ResourceExhaustedError(
        absl::StrCat("HTTP response: the client has not taken the last ",
                     output_.body.size(), " bytes"));
  }
  absl::StrAppend(&output_.body, piece);
  wake_();
  return absl::OkStatus();
}

absl::Status Exchange::Finish() {
  MutexLock lock(mutex_);
  if (!attached_) return ClientGone();
  output_.ended = true;
  wake_();
  return absl::OkStatus();
}

void Exchange::Abandon() {
  MutexLock lock(mutex_);
  slot_ = nullptr;
  if (!attached_ || output_.ended) return;
  if (answered_) {
    output_.abandoned = true;
  } else {
    answered_ = true;
    output_ = {.head = Head{.code = 500, .headers = ErrorHeaders()},
               .body = ErrorBody(500, "the handler gave no answer"),
               .ended = true};
  }
  wake_();
}

bool Exchange::answered() const {
  MutexLock lock(mutex_);
  return answered_;
}

void Exchange::HoldUntilAnswered(std::shared_ptr<void> slot) {
  MutexLock lock(mutex_);
  slot_ = std::move(slot);
}

Exchange::Output Exchange::Take() {
  MutexLock lock(mutex_);
  Output taken = std::move(output_);
  // Later wishes are judged by what was said before.
  output_ = {.ended = taken.ended, .abandoned = taken.abandoned};
  room_.NotifyAll();
  return taken;
}

void Exchange::Detach(bool client_gone) {
  {
    MutexLock lock(mutex_);
    attached_ = false;
    wake_ = nullptr;
    room_.NotifyAll();
  }
  if (client_gone) {
    gone_.RequestStop(absl::CancelledError("the HTTP client has gone"));
  }
}

}  // namespace kaito::http
