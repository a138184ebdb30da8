#include "kaito/base/http/curl_error.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "curl/curl.h"

namespace kaito::http {
namespace {

struct Meaning {
  absl::StatusCode code;
  absl::string_view what;
};

// A server that wants another certificate of ours says so by an alert, which
// with TLS 1.3 arrives after the handshake, where an answer was expected.
bool IsCertificateAlert(absl::string_view text) {
  return absl::StrContains(text, "alert") &&
         (absl::StrContains(text, "certificate") ||
          absl::StrContains(text, "unknown ca"));
}

Meaning MeaningOf(CURLcode code, absl::string_view text) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return {absl::StatusCode::kUnavailable, "name not found"};
    case CURLE_COULDNT_CONNECT:
      return {absl::StatusCode::kUnavailable, "no connection"};
    case CURLE_OPERATION_TIMEDOUT:
      return {absl::StatusCode::kDeadlineExceeded, "timed out"};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
      return {absl::StatusCode::kUnauthenticated,
              "the server's certificate does not hold"};
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_ERROR:
      if (IsCertificateAlert(text)) {
        return {absl::StatusCode::kUnauthenticated,
                "the server refused our certificate, or that we have none"};
      }
      return code == CURLE_SSL_CONNECT_ERROR
                 ? Meaning{absl::StatusCode::kUnavailable, "no TLS connection"}
                 : Meaning{absl::StatusCode::kUnavailable, "connection broke"};
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
      return {absl::StatusCode::kInvalidArgument,
              "our own certificate, key or authorities can't be used"};
    case CURLE_GOT_NOTHING:
      return {absl::StatusCode::kUnavailable, "closed without an answer"};
    case CURLE_PARTIAL_FILE:
      return {absl::StatusCode::kUnavailable, "the answer was cut short"};
    case CURLE_UNSUPPORTED_PROTOCOL:  // We only ask for http and https.
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return {absl::StatusCode::kUnavailable, "the answer is not sound HTTP"};
    case CURLE_PROXY:
      return {absl::StatusCode::kUnavailable, "the proxy refused"};
    case CURLE_SEND_FAIL_REWIND:
      return {absl::StatusCode::kUnavailable,
              "the connection broke and the body can't be sent twice"};
    case CURLE_BAD_CONTENT_ENCODING:
      return {absl::StatusCode::kDataLoss, "the body does not decompress"};
    case CURLE_OUT_OF_MEMORY:
      return {absl::StatusCode::kResourceExhausted, "out of memory"};
    case CURLE_URL_MALFORMAT:
      return {absl::StatusCode::kInvalidArgument, "malformed URL"};
    default:
      return {absl::StatusCode::kInternal, "unexpected error of libcurl"};
  }
}

}  // namespace

absl::Status CurlError(CURLcode code, absl::string_view text,
                       absl::string_view where) {
  if (code == CURLE_OK) return absl::OkStatus();
  if (text.empty()) text = curl_easy_strerror(code);
  const Meaning meaning = MeaningOf(code, text);
  return absl::Status(meaning.code,
                      absl::StrCat(where, ": ", meaning.what, ": ",
                                   absl::StripTrailingAsciiWhitespace(text),
                                   " (curl ", static_cast<int>(code), ")"));
}

}  // namespace kaito::http
