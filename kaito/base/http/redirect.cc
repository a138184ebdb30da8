#include "kaito/base/http/redirect.h"

#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/url/url.h"

namespace kaito::http {
namespace {

absl::Status Refused(const Request& request, absl::string_view why) {
  const absl::StatusOr<Url> url = Url::Parse(request.url);
  return absl::FailedPreconditionError(absl::StrCat(
      request.method, " ", url.ok() ? url->Redacted() : "(malformed URL)",
      ": redirect ", why));
}

bool TurnsIntoGet(const Request& request, int code) {
  if (request.method == "HEAD") return false;
  return code == 303 ||
         ((code == 301 || code == 302) && request.method == "POST");
}

}  // namespace

bool IsRedirect(int code, const Headers& headers) {
  return (code == 301 || code == 302 || code == 303 || code == 307 ||
          code == 308) &&
         headers.Has("Location");
}

absl::StatusOr<Request> RedirectedRequest(const Request& request, int code,
                                          const Headers& headers) {
  if (!IsRedirect(code, headers)) {
    return Refused(request, absl::StrCat("expected, got HTTP ", code));
  }
  KAITO_ASSIGN_OR_RETURN(const Url from, Url::Parse(request.url));
  const absl::StatusOr<Url> to = from.Resolve(*headers.Get("Location"));
  if (!to.ok()) {
    return Refused(request, absl::StrCat("refused: ", to.status().message()));
  }
  if (from.scheme() == "https" && to->scheme() != "https") {
    return Refused(request,
                   absl::StrCat("from https to ", to->Redacted(), " refused"));
  }
  Request next = request;
  next.url = to->ToString();
  if (TurnsIntoGet(request, code)) {
    next.method = "GET";
    next.body.clear();
    next.producer = nullptr;
    next.produced_bytes = 0;
    next.headers.Remove("Content-Type");
  } else if (request.producer != nullptr) {
    return Refused(request, "refused: the body can be sent only once");
  }
  next.headers.Remove("Host");
  if (from.Origin() != to->Origin()) {
    for (const char* secret :
         {"Authorization", "Cookie", "Proxy-Authorization"}) {
      next.headers.Remove(secret);
    }
  }
  return next;
}

absl::StatusOr<std::unique_ptr<ResponseStream>> OpenFollowing(
    Client& client, Request request, const RedirectOptions& options,
    const StopToken& stop) {
  for (int hops = 0;; ++hops) {
    KAITO_ASSIGN_OR_RETURN(std::unique_ptr<ResponseStream> stream,
                           client.Open(request, stop));
    if (!IsRedirect(stream->code(), stream->headers())) return stream;
    if (hops == options.max_redirects) {
      return Refused(request, absl::StrCat("refused: ", options.max_redirects,
                                           " came before it"));
    }
    KAITO_ASSIGN_OR_RETURN(
        request, RedirectedRequest(request, stream->code(), stream->headers()));
  }
}

absl::StatusOr<Response> DoFollowing(Client& client, Request request,
                                     const RedirectOptions& options,
                                     const StopToken& stop) {
  if (request.max_body_bytes == 0) {
    request.max_body_bytes = kDefaultMaxBodyBytes;
  }
  const int64_t max_bytes = request.max_body_bytes;
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<ResponseStream> stream,
      OpenFollowing(client, std::move(request), options, stop));
  return ReadAll(*stream, max_bytes);
}

}  // namespace kaito::http
