#ifndef KAITO_KUBE_CLIENT_API_RESPONSE_H_
#define KAITO_KUBE_CLIENT_API_RESPONSE_H_

// What an API server's answers mean. Pure; for HttpApiClient.
//
//   if (!http::IsSuccess(response.code)) {
//     return ErrorOfResponse(response.code, response.body);
//   }

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {

// By the Status in the body, else, as proxies answer, by the code alone.
absl::Status ErrorOfResponse(int code, absl::string_view body);

// Shows each item of a list; returns the list without items. Unavailable where
// the body is no list; an error of `on_item` ends it.
absl::StatusOr<ObjectList> ReadListBody(
    absl::string_view body,
    absl::FunctionRef<absl::Status(const json::Cursor& item)> on_item);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_CLIENT_API_RESPONSE_H_
