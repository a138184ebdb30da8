#ifndef KAITO_BASE_HTTP_REDIRECT_H_
#define KAITO_BASE_HTTP_REDIRECT_H_

// Following redirects, for callers that want to: data sets, registries' blobs.
// The client never does it by itself. Which addresses a redirect may lead to is
// the client's AddressPolicy, asked on every hop.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const std::unique_ptr<ResponseStream> stream,
//       OpenFollowing(*client, {.url = url}, {.max_redirects = 3}, stop));

#include <memory>

#include "absl/status/statusor.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::http {

struct RedirectOptions {
  int max_redirects = 5;
};

// 301, 302, 303, 307 or 308 with a Location.
bool IsRedirect(int code, const Headers& headers);

// The request that a redirect asks for. 303, and 301 and 302 after POST, turn
// into GET without a body (HEAD stays); the others repeat method and body.
// Authorization, Cookie and Proxy-Authorization go along only to the same
// scheme, host and port. FailedPrecondition for a step from https to http, for
// a target that is no http(s) URL, and for a body that can't be sent again.
absl::StatusOr<Request> RedirectedRequest(const Request& request, int code,
                                          const Headers& headers);

// Client::Open and Client::Do, over at most `max_redirects` hops. Each hop has
// the request's whole timeout; a token with a deadline bounds them together.
absl::StatusOr<std::unique_ptr<ResponseStream>> OpenFollowing(
    Client& client, Request request, const RedirectOptions& options,
    const StopToken& stop);
absl::StatusOr<Response> DoFollowing(Client& client, Request request,
                                     const RedirectOptions& options,
                                     const StopToken& stop);

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_REDIRECT_H_
