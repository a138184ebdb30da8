#include "kaito/base/http/transfer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "curl/curl.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/curl_error.h"
#include "kaito/base/http/easy_handle.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/retry_policy.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"

namespace kaito::http {

Transfer::Transfer(Request request, std::string where, Clock& clock,
                   TransferHost& host)
    : request_(std::move(request)),
      where_(std::move(where)),
      clock_(clock),
      host_(host) {}

absl::Status Transfer::AwaitHead() {
  while (true) {
    {
      MutexLock lock(mutex_);
      while (!head_ready_ && !done_ && !upload_wanted_) changed_.Wait(mutex_);
      if (head_ready_) return absl::OkStatus();
      if (done_) {
        return result_.ok() ? absl::UnavailableError(absl::StrCat(
                                  where_, ": ended before the answer"))
                            : result_;
      }
    }
    Pump();
  }
}

absl::StatusOr<std::string> Transfer::Read() {
  while (true) {
    {
      MutexLock lock(mutex_);
      while (pieces_.empty() && !done_ && !upload_wanted_) {
        changed_.Wait(mutex_);
      }
      if (!pieces_.empty()) {
        std::string piece = std::move(pieces_.front());
        pieces_.pop_front();
        queued_bytes_ -= static_cast<int64_t>(piece.size());
        // Not before half is read, lest each piece costs a turn of the loop.
        if (download_paused_ &&
            queued_bytes_ <= request_.max_queued_bytes / 2) {
          download_paused_ = false;
          wishes_.resume_download = true;
          host_.Wake(shared_from_this());
        }
        return piece;
      }
      if (done_) {
        if (!result_.ok()) return result_;
        return std::string();
      }
    }
    Pump();
  }
}

void Transfer::Cancel(absl::Status why) {
  MutexLock lock(mutex_);
  if (done_) return;
  if (wishes_.cancel.ok()) wishes_.cancel = std::move(why);
  host_.Wake(shared_from_this());
}

absl::StatusOr<std::string> Transfer::Produce() {
  KAITO_ASSIGN_OR_RETURN(std::string piece, request_.producer());
  produced_bytes_ += static_cast<int64_t>(piece.size());
  if (produced_bytes_ > request_.produced_bytes || piece.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(where_, ": the body has ",
                     piece.empty() ? "" : "at least ", produced_bytes_,
                     " bytes, ", request_.produced_bytes, " were announced"));
  }
  return piece;
}

// Reads the next piece of the upload, in the caller's thread: it may block.
void Transfer::Pump() {
  absl::StatusOr<std::string> piece = Produce();
  if (!piece.ok()) {
    {
      MutexLock lock(mutex_);
      upload_wanted_ = false;
    }
    Cancel(piece.status());
    return;
  }
  MutexLock lock(mutex_);
  upload_wanted_ = false;
  if (done_) return;
  upload_piece_ = *std::move(piece);
  upload_offset_ = 0;
  wishes_.resume_upload = true;
  host_.Wake(shared_from_this());
}

void Transfer::Attend(CURLM* multi, const ClientOptions& options) {
  if (finished_) return;
  Wishes wishes;
  {
    MutexLock lock(mutex_);
    wishes = std::exchange(wishes_, {});
  }
  if (!wishes.cancel.ok()) {
    const bool sent = easy_ != nullptr && easy_->was_sent();
    Finish(sent ? wishes.cancel : MarkNotSent(wishes.cancel));
    return;
  }
  if (easy_ == nullptr) {
    const absl::Status started = Start(multi, options);
    if (!started.ok()) Finish(Annotate(started, where_));
    return;
  }
  if (wishes.resume_download || wishes.resume_upload) {
    holds_download_ = holds_download_ && !wishes.resume_download;
    holds_upload_ = holds_upload_ && !wishes.resume_upload;
    last_activity_ = clock_.NowSteady();
    // May call OnBody() and OnUpload(), which may hold them again.
    const CURLcode code = easy_->Resume(holds_download_, holds_upload_);
    if (code != CURLE_OK) {
      OnDone(code);
      return;
    }
  }
  if (wishes.check_idle) CheckIdle();
}

absl::Status Transfer::Start(CURLM* multi, const ClientOptions& options) {
  KAITO_ASSIGN_OR_RETURN(easy_, EasyHandle::Create(request_, options, *this));
  curl_easy_setopt(easy_->get(), CURLOPT_PRIVATE, this);  // For CurlLoop.
  ArmTimers();
  return easy_->AddTo(multi);
}

void Transfer::ArmTimers() {
  last_activity_ = clock_.NowSteady();
  // Weak: a timer must not keep a finished transfer and its body.
  const std::weak_ptr<Transfer> self = weak_from_this();
  if (request_.timeout != absl::InfiniteDuration()) {
    deadline_timer_ = clock_.CallAt(last_activity_ + request_.timeout, [self] {
      const std::shared_ptr<Transfer> transfer = self.lock();
      if (transfer == nullptr) return;
      transfer->Cancel(absl::DeadlineExceededError(
          absl::StrCat(transfer->where_, ": not finished within ",
                       absl::FormatDuration(transfer->request_.timeout))));
    });
  }
  if (request_.idle_timeout != absl::InfiniteDuration()) ArmIdleTimer();
}

void Transfer::ArmIdleTimer() {
  const std::weak_ptr<Transfer> self = weak_from_this();
  idle_timer_ = clock_.CallAt(last_activity_ + request_.idle_timeout, [self] {
    const std::shared_ptr<Transfer> transfer = self.lock();
    if (transfer != nullptr) transfer->WishIdleCheck();
  });
}

void Transfer::WishIdleCheck() {
  MutexLock lock(mutex_);
  if (done_) return;
  wishes_.check_idle = true;
  host_.Wake(shared_from_this());
}

void Transfer::CheckIdle() {
  const SteadyTime now = clock_.NowSteady();
  // Held up from our side is not the peer's silence.
  if (holds_download_ || holds_upload_) last_activity_ = now;
  if (now - last_activity_ >= request_.idle_timeout) {
    Finish(absl::DeadlineExceededError(
        absl::StrCat(where_, ": no byte for ",
                     absl::FormatDuration(request_.idle_timeout))));
    return;
  }
  ArmIdleTimer();
}

void Transfer::OnDone(CURLcode code) {
  if (code == CURLE_OK) {
    Finish(absl::OkStatus());
    return;
  }
  absl::Status why = own_error_;
  if (why.ok() && !refusal_.ok() && code == CURLE_COULDNT_CONNECT) {
    why = Annotate(refusal_, where_);
  }
  if (why.ok()) why = CurlError(code, easy_->error(), where_);
  Finish(easy_->was_sent() ? why : MarkNotSent(why));
}

void Transfer::Finish(absl::Status why) {
  if (finished_) return;
  finished_ = true;
  deadline_timer_.Cancel();
  idle_timer_.Cancel();
  easy_.reset();
  MutexLock lock(mutex_);
  done_ = true;
  result_ = std::move(why);
  changed_.NotifyAll();
}

bool Transfer::OnHeaderLine(absl::string_view line) {
  last_activity_ = clock_.NowSteady();
  if (head_seen_) return true;  // Trailers.
  header_bytes_ += static_cast<int64_t>(line.size());
  if (header_bytes_ > request_.max_header_bytes) {
    own_error_ = absl::ResourceExhaustedError(
        absl::StrCat(where_, ": the header has more than ",
                     request_.max_header_bytes, " bytes"));
    return false;
  }
  if (absl::StartsWith(line, "HTTP/")) {
    headers_ = Headers();  // Those before belong to an interim answer.
    return true;
  }
  if (!line.empty()) {
    const size_t colon = line.find(':');
    if (colon != absl::string_view::npos) {
      headers_.Add(line.substr(0, colon),
                   absl::StripAsciiWhitespace(line.substr(colon + 1)));
    }
    return true;
  }
  code_ = easy_->response_code();
  if (code_ < 200 && code_ != 101) return true;
  head_seen_ = true;
  MutexLock lock(mutex_);
  head_ready_ = true;
  changed_.NotifyAll();
  return true;
}

size_t Transfer::OnBody(absl::string_view data) {
  last_activity_ = clock_.NowSteady();
  const auto size = static_cast<int64_t>(data.size());
  if (body_bytes_ + size > request_.max_body_bytes) {
    own_error_ = absl::ResourceExhaustedError(
        absl::StrCat(where_, ": the body has more than ",
                     request_.max_body_bytes, " bytes"));
    return 0;
  }
  MutexLock lock(mutex_);
  if (queued_bytes_ > 0 && queued_bytes_ + size > request_.max_queued_bytes) {
    download_paused_ = true;
    holds_download_ = true;
    return CURL_WRITEFUNC_PAUSE;
  }
  body_bytes_ += size;
  queued_bytes_ += size;
  pieces_.emplace_back(data);
  changed_.NotifyAll();
  return data.size();
}

size_t Transfer::OnUpload(char* buffer, size_t size) {
  last_activity_ = clock_.NowSteady();
  MutexLock lock(mutex_);
  const size_t left = upload_piece_.size() - upload_offset_;
  if (left == 0) {
    upload_wanted_ = true;
    holds_upload_ = true;
    changed_.NotifyAll();
    return CURL_READFUNC_PAUSE;
  }
  const size_t taken = std::min(size, left);
  std::memcpy(buffer, upload_piece_.data() + upload_offset_, taken);
  upload_offset_ += taken;
  return taken;
}

void Transfer::OnRefusal(absl::Status why) { refusal_ = std::move(why); }

}  // namespace kaito::http
