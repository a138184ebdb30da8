#include "kaito/base/http/curl_loop.h"

#include <pthread.h>
#include <signal.h>

#include <memory>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "curl/curl.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/transfer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/thread/thread.h"

namespace kaito::http {
namespace {

// Idle connections kept for the next request.
constexpr long kMaxKeptConnections = 32;  // NOLINT: libcurl's type.

// The loop is woken for all that matters; this only bounds a missed wake-up.
constexpr int kPollMilliseconds = 60'000;

// Signals are for the program's own threads, and SIGPIPE for nobody.
void BlockSignals() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
}

}  // namespace

absl::StatusOr<std::unique_ptr<CurlLoop>> CurlLoop::Create(
    ClientOptions options) {
  static const CURLcode initialised = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (initialised != CURLE_OK) {
    return absl::InternalError(
        absl::StrCat("libcurl: ", curl_easy_strerror(initialised)));
  }
  MultiHandle multi(curl_multi_init());
  if (multi == nullptr) return absl::ResourceExhaustedError("libcurl: memory");
  auto loop =
      absl::WrapUnique(new CurlLoop(std::move(options), std::move(multi)));
  KAITO_ASSIGN_OR_RETURN(
      loop->thread_,
      Thread::Start("http-client", [loop = loop.get()] { loop->Run(); }));
  return loop;
}

CurlLoop::CurlLoop(ClientOptions options, MultiHandle multi)
    : options_(std::move(options)), multi_(std::move(multi)) {
  const auto set = [&](CURLMoption option, long value) {  // NOLINT
    curl_multi_setopt(multi_.get(), option, value);
  };
  set(CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  set(CURLMOPT_MAX_CONCURRENT_STREAMS, options_.max_streams_per_connection);
  set(CURLMOPT_MAX_HOST_CONNECTIONS, options_.max_connections_per_host);
  set(CURLMOPT_MAX_TOTAL_CONNECTIONS, options_.max_connections);
  set(CURLMOPT_MAXCONNECTS, kMaxKeptConnections);
}

CurlLoop::~CurlLoop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
  }
  curl_multi_wakeup(multi_.get());
  thread_.Join();
}

void CurlLoop::Wake(std::shared_ptr<Transfer> transfer) {
  {
    MutexLock lock(mutex_);
    inbox_.push_back(std::move(transfer));
  }
  curl_multi_wakeup(multi_.get());
}

void CurlLoop::Run() {
  BlockSignals();
  while (AttendAll()) {
    int running = 0;
    CURLMcode code = curl_multi_perform(multi_.get(), &running);
    ReapFinished();
    if (code == CURLM_OK) {
      code =
          curl_multi_poll(multi_.get(), nullptr, 0, kPollMilliseconds, nullptr);
    }
    if (code != CURLM_OK) {
      FinishAll(absl::InternalError(
          absl::StrCat("libcurl: ", curl_multi_strerror(code))));
    }
  }
  FinishAll(absl::CancelledError("the HTTP client is shutting down"));
}

bool CurlLoop::AttendAll() {
  std::vector<std::shared_ptr<Transfer>> inbox;
  bool stopping = false;
  {
    MutexLock lock(mutex_);
    inbox.swap(inbox_);
    stopping = stopping_;
  }
  for (std::shared_ptr<Transfer>& transfer : inbox) {
    if (transfer->finished()) continue;
    Transfer& attended = *transfer;
    active_.try_emplace(transfer.get(), transfer);
    attended.Attend(multi_.get(), options_);
    if (attended.finished()) active_.erase(&attended);
  }
  return !stopping;
}

void CurlLoop::ReapFinished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    // The message dies with the handle, in OnDone().
    const CURLcode code = message->data.result;
    Transfer* transfer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    transfer->OnDone(code);
    active_.erase(transfer);
  }
}

void CurlLoop::FinishAll(const absl::Status& why) {
  for (const auto& [key, transfer] : active_) transfer->Finish(why);
  active_.clear();
}

}  // namespace kaito::http
