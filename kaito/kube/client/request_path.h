#ifndef KAITO_KUBE_CLIENT_REQUEST_PATH_H_
#define KAITO_KUBE_CLIENT_REQUEST_PATH_H_

// The paths of the Kubernetes API, as kinds and keys make them. Pure.
//
//   ObjectPath(jobs, {"default", "tune"}, "status")
//     -> "/apis/batch/v1/namespaces/default/jobs/tune/status"
//   AddQuery(path, {{"limit", "500"}})

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/url/percent_encoding.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {

// Of all objects in `ns`; empty: of a cluster-scoped kind, or of all
// namespaces.
std::string CollectionPath(const api::GroupVersionResource& gvr,
                           absl::string_view ns);

// InvalidArgument where the name, or namespace, could not be a segment of a
// path: an object's name must not lead to another request.
absl::StatusOr<std::string> ObjectPath(const api::GroupVersionResource& gvr,
                                       const ObjectKey& key,
                                       absl::string_view subresource);

// Parameters without a value are left out.
std::string AddQuery(std::string path, const QueryParameters& query);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CLIENT_REQUEST_PATH_H_
