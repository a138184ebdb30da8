#ifndef KAITO_KUBE_CLIENT_API_REQUEST_H_
#define KAITO_KUBE_CLIENT_API_REQUEST_H_

// The requests of HttpApiClient, as http::Request whose url is a path. Pure.
//
//   KAITO_ASSIGN_OR_RETURN(http::Request request,
//                          PatchRequest(gvr, key, type, patch, options));

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/http/message.h"
#include "kaito/base/json/value.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {

http::Request ListRequest(const api::GroupVersionResource& gvr,
                          absl::string_view ns, const ListOptions& options);
// Without an end of its own, but for silence.
http::Request WatchRequest(const api::GroupVersionResource& gvr,
                           absl::string_view ns, const WatchOptions& options);
http::Request CreateRequest(const api::GroupVersionResource& gvr,
                            absl::string_view ns, const json::Value& object,
                            const WriteOptions& options);

// InvalidArgument where the key can't be a path, and for what would do harm or
// be refused less clearly: an update without a version, an apply without a
// manager or with managedFields.
absl::StatusOr<http::Request> GetRequest(const api::GroupVersionResource& gvr,
                                         const ObjectKey& key);
absl::StatusOr<http::Request> UpdateRequest(
    const api::GroupVersionResource& gvr, const ObjectKey& key,
    const json::Value& object, const WriteOptions& options);
absl::StatusOr<http::Request> PatchRequest(const api::GroupVersionResource& gvr,
                                           const ObjectKey& key, PatchType type,
                                           const json::Value& patch,
                                           const WriteOptions& options);
absl::StatusOr<http::Request> DeleteRequest(
    const api::GroupVersionResource& gvr, const ObjectKey& key,
    const DeleteOptions& options);
absl::StatusOr<http::Request> LogRequest(const ObjectKey& pod,
                                         const LogOptions& options);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CLIENT_API_REQUEST_H_
