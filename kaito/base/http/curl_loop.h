#ifndef KAITO_BASE_HTTP_CURL_LOOP_H_
#define KAITO_BASE_HTTP_CURL_LOOP_H_

// The client's I/O thread: one libcurl multi handle, which drives all transfers
// and keeps the connections. Private to the client.

#include <cstdint>
#include <memory>
#include <unordered_map>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "curl/curl.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/transfer.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread.h"

namespace kaito::http {

class CurlLoop final : public TransferHost {
 public:
  static absl::StatusOr<std::unique_ptr<CurlLoop>> Create(
      ClientOptions options);
  // Ends all transfers with Cancelled and joins the thread.
  ~CurlLoop() override;

  void Wake(std::shared_ptr<Transfer> transfer) override KAITO_EXCLUDES(mutex_);

 private:
  struct MultiDeleter {
    void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
  };
  using MultiHandle = std::unique_ptr<CURLM, MultiDeleter>;

  CurlLoop(ClientOptions options, MultiHandle multi);

  void Run() KAITO_EXCLUDES(mutex_);
  // False when the loop is to end.
  bool AttendAll() KAITO_EXCLUDES(mutex_);
  void ReapFinished();
  void FinishAll(const absl::Status& why);

  const ClientOptions options_;
  const MultiHandle multi_;
  // The loop's own, by address: shared with the callers that wait for them.
  std::unordered_map<Transfer*, std::shared_ptr<Transfer>> active_;

  Mutex mutex_;
  bool stopping_ KAITO_GUARDED_BY(mutex_) = false;
  std::vector<std::shared_ptr<Transfer>> inbox_ KAITO_GUARDED_BY(mutex_);

  Thread thread_;
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_CURL_LOOP_H_
