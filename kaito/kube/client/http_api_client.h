#ifndef KAITO_KUBE_CLIENT_HTTP_API_CLIENT_H_
#define KAITO_KUBE_CLIENT_HTTP_API_CLIENT_H_

// HttpApiClient: the ApiClient that speaks to an API server over HTTP, as JSON.
// One for a process, whose limit of requests a second all share; leader
// election makes another one.
//
//   KAITO_ASSIGN_OR_RETURN(const ClusterAccess access,
//                          LoadClusterAccess({.env = ReadEnv}));
//   KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<HttpApiClient> client,
//                          HttpApiClient::Connect(clock, access, {}));
//
// It sends again by itself only what retry_rule.h says; waits are cut short by
// the caller's token. A server's warnings are logged once each.

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/client/cluster_access.h"
#include "kaito/kube/client/token_bucket.h"
#include "kaito/kube/client/transport.h"

namespace kaito::kube {

struct HttpApiClientOptions {
  std::string user_agent = "kaito";
  // All but watches.
  TokenBucketOptions limit = {.per_second = 50, .burst = 100};
  absl::Duration request_timeout = absl::Seconds(30);
  // Called after each answer, from any thread: method, code ("<error>" where
  // none came) and host, as rest_client_requests_total has them.
  std::function<void(absl::string_view method, absl::string_view code,
                     absl::string_view host)>
      on_request;
};

class HttpApiClient final : public ApiClient {
 public:
  // `clock` outlives it. Connects to nobody yet; errors are ConnectToCluster's.
  static absl::StatusOr<std::unique_ptr<HttpApiClient>> Connect(
      Clock& clock, ClusterAccess access, HttpApiClientOptions options);

  HttpApiClient(Clock& clock, std::unique_ptr<Transport> transport,
                HttpApiClientOptions options);

  absl::StatusOr<json::Value> Get(const api::GroupVersionResource& gvr,
                                  const ObjectKey& key,
                                  const StopToken& stop) override;
  absl::StatusOr<ObjectList> List(const api::GroupVersionResource& gvr,
                                  absl::string_view ns,
                                  const ListOptions& options,
                                  const StopToken& stop) override;
  absl::Status Watch(const api::GroupVersionResource& gvr, absl::string_view ns,
                     const WatchOptions& options,
                     absl::FunctionRef<absl::Status(WatchEvent)> on_event,
                     const StopToken& stop) override;
  absl::StatusOr<ObjectList> ReadList(
      const api::GroupVersionResource& gvr, absl::string_view ns,
      const ListOptions& options,
      absl::FunctionRef<absl::Status(const json::Cursor& item)> on_item,
      const StopToken& stop) override;
  absl::Status ReadWatch(const api::GroupVersionResource& gvr,
                         absl::string_view ns, const WatchOptions& options,
                         absl::FunctionRef<absl::Status(
                             WatchEventType type, const json::Cursor& object)>
                             on_event,
                         const StopToken& stop) override;
  absl::StatusOr<json::Value> Create(const api::GroupVersionResource& gvr,
                                     absl::string_view ns,
                                     const json::Value& object,
                                     const WriteOptions& options,
                                     const StopToken& stop) override;
  absl::StatusOr<json::Value> Update(const api::GroupVersionResource& gvr,
                                     const ObjectKey& key,
                                     const json::Value& object,
                                     const WriteOptions& options,
                                     const StopToken& stop) override;
  absl::StatusOr<json::Value> Patch(const api::GroupVersionResource& gvr,
                                    const ObjectKey& key, PatchType type,
                                    const json::Value& patch,
                                    const WriteOptions& options,
                                    const StopToken& stop) override;
  absl::Status Delete(const api::GroupVersionResource& gvr,
                      const ObjectKey& key, const DeleteOptions& options,
                      const StopToken& stop) override;
  absl::StatusOr<std::string> Log(const ObjectKey& pod,
                                  const LogOptions& options,
                                  const StopToken& stop) override;

 private:
  // The body of a 2xx answer; else its Status, annotated with `where`.
  // A request that could not be made is its answer.
  absl::StatusOr<std::string> Send(absl::StatusOr<http::Request> made,
                                   absl::string_view where,
                                   const StopToken& stop);
  // As Send(), parsed.
  absl::StatusOr<json::Value> SendForObject(
      absl::StatusOr<http::Request> request, absl::string_view where,
      const StopToken& stop);
  absl::Status WaitForTurn(const StopToken& stop) KAITO_EXCLUDES(mutex_);
  void Observe(absl::string_view method, int code);
  void LogWarnings(const http::Headers& headers) KAITO_EXCLUDES(mutex_);

  Clock& clock_;
  const std::unique_ptr<Transport> transport_;
  const HttpApiClientOptions options_;

  Mutex mutex_;
  TokenBucket bucket_ KAITO_GUARDED_BY(mutex_);
  std::set<std::string> warnings_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CLIENT_HTTP_API_CLIENT_H_
