#include "kaito/base/http/curl_error.h"

#include "absl/status/status.h"
#include "curl/curl.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"

namespace kaito::http {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::Eq;
using ::testing::StartsWith;

TEST(CurlError, SaysWhereAndWhat) {
  KAITO_EXPECT_OK(CurlError(CURLE_OK, "", "GET h"));
  EXPECT_THAT(CurlError(CURLE_PARTIAL_FILE, "with 3 bytes missing\n", "GET h"),
              StatusIs(absl::StatusCode::kUnavailable,
                       Eq("GET h: the answer was cut short: with 3 bytes "
                          "missing (curl 18)")));
  EXPECT_THAT(CurlError(CURLE_OPERATION_TIMEDOUT, "", "GET h"),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       StartsWith("GET h: timed out: ")));
}

// The texts are libcurl's for a server that wants a certificate (TLS 1.3), that
// knows another authority (TLS 1.2), and for one that just went away.
TEST(CurlError, TellsARefusedCertificateFromABrokenConnection) {
  EXPECT_THAT(CurlError(CURLE_RECV_ERROR,
                        "OpenSSL SSL_read: OpenSSL/3.0.22: error:0A00045C:SSL "
                        "routines::tlsv13 alert certificate required, errno 0",
                        "GET h"),
              StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(CurlError(CURLE_SSL_CONNECT_ERROR,
                        "OpenSSL/3.0.22: error:0A000418:SSL routines::tlsv1 "
                        "alert unknown ca",
                        "GET h"),
              StatusIs(absl::StatusCode::kUnauthenticated));
  EXPECT_THAT(CurlError(CURLE_RECV_ERROR,
                        "Recv failure: Connection reset by peer", "GET h"),
              StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace kaito::http
