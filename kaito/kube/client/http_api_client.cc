#include "kaito/kube/client/http_api_client.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/response_status.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/client/api_request.h"
#include "kaito/kube/client/api_response.h"
#include "kaito/kube/client/cluster_access.h"
#include "kaito/kube/client/retry_rule.h"
#include "kaito/kube/client/transport.h"
#include "kaito/kube/client/watch_lines.h"

namespace kaito::kube {
namespace {

// Of an error's body; a Status with all causes of a big object has some 10 KB.
constexpr int64_t kMaxErrorBytes = int64_t{1} << 20;
// A cluster has few warnings; someone hostile might make many.
constexpr size_t kMaxWarnings = 256;

// "get jobs.batch default/tune", for messages.
std::string Where(absl::string_view verb, const api::GroupVersionResource& gvr,
                  const ObjectKey& key) {
  return absl::StrCat(verb, " ", gvr.qualified_resource(),
                      key.ns.empty() && key.name.empty() ? "" : " ", key.ns,
                      key.ns.empty() || key.name.empty() ? "" : "/", key.name);
}

}  // namespace

absl::StatusOr<std::unique_ptr<HttpApiClient>> HttpApiClient::Connect(
    Clock& clock, ClusterAccess access, HttpApiClientOptions options) {
  KAITO_ASSIGN_OR_RETURN(std::unique_ptr<Transport> transport,
                         ConnectToCluster(clock, std::move(access),
                                          {.user_agent = options.user_agent}));
  return std::make_unique<HttpApiClient>(clock, std::move(transport),
                                         std::move(options));
}

HttpApiClient::HttpApiClient(Clock& clock, std::unique_ptr<Transport> transport,
                             HttpApiClientOptions options)
    : clock_(clock),
      transport_(std::move(transport)),
      options_(std::move(options)),
      bucket_(options_.limit) {}

absl::Status HttpApiClient::WaitForTurn(const StopToken& stop) {
  absl::Duration wait;
  {
    MutexLock lock(mutex_);
    wait = bucket_.Reserve(clock_.NowSteady());
  }
  if (wait <= absl::ZeroDuration()) return stop.status();
  return WaitFor(clock_, wait, stop);
}

void HttpApiClient::Observe(absl::string_view method, int code) {
  if (!options_.on_request) return;
  options_.on_request(method, code == 0 ? "<error>" : absl::StrCat(code),
                      transport_->host());
}

void HttpApiClient::LogWarnings(const http::Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (!absl::EqualsIgnoreCase(name, "Warning")) continue;
    {
      MutexLock lock(mutex_);
      if (warnings_.size() >= kMaxWarnings) return;
      if (!warnings_.insert(value).second) continue;
    }
    KAITO_LOG(WARNING, "the API server warns", {{"warning", value}});
  }
}

absl::StatusOr<std::string> HttpApiClient::Send(
    absl::StatusOr<http::Request> made, absl::string_view where,
    const StopToken& stop) {
  if (!made.ok()) return Annotate(made.status(), where);
  http::Request request = *std::move(made);
  request.timeout = options_.request_timeout;
  for (Attempt attempt{.method = request.method};; ++attempt.tries) {
    KAITO_RETURN_IF_ERROR(WaitForTurn(stop));
    absl::StatusOr<http::Response> response = transport_->Do(request, stop);
    attempt.transport = response.status();
    attempt.code = response.ok() ? response->code : 0;
    attempt.retry_after.clear();
    Observe(request.method, attempt.code);
    if (response.ok()) {
      LogWarnings(response->headers);
      if (http::IsSuccess(response->code)) return std::move(response->body);
      attempt.retry_after =
          std::string(response->headers.Get("Retry-After").value_or(""));
    }
    const std::optional<absl::Duration> wait =
        WaitBeforeResend(attempt, clock_.Now());
    if (!wait.has_value()) {
      return Annotate(response.ok()
                          ? ErrorOfResponse(response->code, response->body)
                          : response.status(),
                      where);
    }
    KAITO_RETURN_IF_ERROR(WaitFor(clock_, *wait, stop));
  }
}

absl::StatusOr<json::Value> HttpApiClient::SendForObject(
    absl::StatusOr<http::Request> request, absl::string_view where,
    const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(const std::string body,
                         Send(std::move(request), where, stop));
  absl::StatusOr<json::Value> object =
      json::Parse(body, {.duplicates = json::Duplicates::kLastWins});
  // The server is wrong, not we.
  if (!object.ok()) {
    return absl::InternalError(
        absl::StrCat(where, ": answer: ", object.status().message()));
  }
  return object;
}

absl::StatusOr<json::Value> HttpApiClient::Get(
    const api::GroupVersionResource& gvr, const ObjectKey& key,
    const StopToken& stop) {
  return SendForObject(GetRequest(gvr, key), Where("get", gvr, key), stop);
}

absl::StatusOr<ObjectList> HttpApiClient::List(
    const api::GroupVersionResource& gvr, absl::string_view ns,
    const ListOptions& options, const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(
      json::Value list,
      SendForObject(ListRequest(gvr, ns, options),
                    Where("list", gvr, {std::string(ns), ""}), stop));
  ObjectList result;
  result.resource_version =
      std::string(list.StringAt({"metadata", "resourceVersion"}));
  result.continue_token = std::string(list.StringAt({"metadata", "continue"}));
  // Items lack what the list says once.
  const std::string api_version(list.StringAt({"apiVersion"}));
  const std::string kind(absl::StripSuffix(list.StringAt({"kind"}), "List"));
  json::Value* items = list.Find("items");
  if (items == nullptr || items->array() == nullptr) return result;
  result.items = std::move(*items->array());
  for (json::Value& item : result.items) {
    if (item.StringAt({"kind"}).empty()) item["kind"] = kind;
    if (item.StringAt({"apiVersion"}).empty()) item["apiVersion"] = api_version;
  }
  return result;
}

absl::StatusOr<ObjectList> HttpApiClient::ReadList(
    const api::GroupVersionResource& gvr, absl::string_view ns,
    const ListOptions& options,
    absl::FunctionRef<absl::Status(const json::Cursor& item)> on_item,
    const StopToken& stop) {
  const std::string where = Where("list", gvr, {std::string(ns), ""});
  KAITO_ASSIGN_OR_RETURN(const std::string body,
                         Send(ListRequest(gvr, ns, options), where, stop));
  absl::StatusOr<ObjectList> list = ReadListBody(body, on_item);
  if (!list.ok()) return Annotate(list.status(), where);
  return list;
}

absl::Status HttpApiClient::Watch(
    const api::GroupVersionResource& gvr, absl::string_view ns,
    const WatchOptions& options,
    absl::FunctionRef<absl::Status(WatchEvent)> on_event,
    const StopToken& stop) {
  return ReadWatch(
      gvr, ns, options,
      [&](WatchEventType type, const json::Cursor& object) {
        WatchEvent event{.type = type};
        KAITO_RETURN_IF_ERROR(object.ReadValue(&event.object));
        return on_event(std::move(event));
      },
      stop);
}

absl::Status HttpApiClient::ReadWatch(
    const api::GroupVersionResource& gvr, absl::string_view ns,
    const WatchOptions& options,
    absl::FunctionRef<absl::Status(WatchEventType type,
                                   const json::Cursor& object)>
        on_event,
    const StopToken& stop) {
  const std::string where = Where("watch", gvr, {std::string(ns), ""});
  absl::StatusOr<std::unique_ptr<http::ResponseStream>> stream =
      transport_->Open(WatchRequest(gvr, ns, options), stop);
  Observe("GET", stream.ok() ? (*stream)->code() : 0);
  if (!stream.ok()) return Annotate(stream.status(), where);
  LogWarnings((*stream)->headers());
  if (!http::IsSuccess((*stream)->code())) {
    KAITO_ASSIGN_OR_RETURN(const http::Response response,
                           http::ReadAll(**stream, kMaxErrorBytes));
    return Annotate(ErrorOfResponse(response.code, response.body), where);
  }
  WatchLines lines;
  while (true) {
    absl::StatusOr<std::string> piece = (*stream)->Read();
    if (!piece.ok()) return Annotate(piece.status(), where);
    // A line that was begun is dropped: it will come again.
    if (piece->empty()) return absl::OkStatus();
    KAITO_RETURN_IF_ERROR(lines.Add(*piece, [&](absl::string_view line) {
      return ReadWatchLine(line, on_event);
    }));
  }
}

absl::StatusOr<json::Value> HttpApiClient::Create(
    const api::GroupVersionResource& gvr, absl::string_view ns,
    const json::Value& object, const WriteOptions& options,
    const StopToken& stop) {
  const ObjectKey key{std::string(ns),
                      std::string(object.StringAt({"metadata", "name"}))};
  return SendForObject(CreateRequest(gvr, ns, object, options),
                       Where("create", gvr, key), stop);
}

absl::StatusOr<json::Value> HttpApiClient::Update(
    const api::GroupVersionResource& gvr, const ObjectKey& key,
    const json::Value& object, const WriteOptions& options,
    const StopToken& stop) {
  return SendForObject(UpdateRequest(gvr, key, object, options),
                       Where("update", gvr, key), stop);
}

absl::StatusOr<json::Value> HttpApiClient::Patch(
    const api::GroupVersionResource& gvr, const ObjectKey& key, PatchType type,
    const json::Value& patch, const WriteOptions& options,
    const StopToken& stop) {
  return SendForObject(
      PatchRequest(gvr, key, type, patch, options),
      Where(type == PatchType::kApply ? "apply" : "patch", gvr, key), stop);
}

absl::Status HttpApiClient::Delete(const api::GroupVersionResource& gvr,
                                   const ObjectKey& key,
                                   const DeleteOptions& options,
                                   const StopToken& stop) {
  return Send(DeleteRequest(gvr, key, options), Where("delete", gvr, key), stop)
      .status();
}

absl::StatusOr<std::string> HttpApiClient::Log(const ObjectKey& pod,
                                               const LogOptions& options,
                                               const StopToken& stop) {
  return Send(LogRequest(pod, options), Where("log", {"", "v1", "pods"}, pod),
              stop);
}

}  // namespace kaito::kube
