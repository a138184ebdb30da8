#include "kaito/base/http/client.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/curl_loop.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/transfer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/tls/certificate.h"
#include "kaito/base/tls/keyed_certificate.h"
#include "kaito/base/url/url.h"

namespace kaito::http {
namespace {

absl::Status CheckTrust(const ClientOptions& options) {
  if (!options.ca_pem.empty()) {
    KAITO_RETURN_IF_ERROR(
        Annotate(tls::ParseCertificates(options.ca_pem).status(),
                 "HTTP client: authorities"));
  }
  const tls::KeyedCertificate& own = options.client_certificate;
  if (own.certificate_pem.empty() && own.key_pem.empty())
    return absl::OkStatus();
  return Annotate(tls::CheckKeyMatches(own.certificate_pem, own.key_pem),
                  "HTTP client");
}

absl::Status CheckRequest(const Request& request) {
  KAITO_RETURN_IF_ERROR(request.headers.Check());
  if (request.method.empty() ||
      !std::all_of(request.method.begin(), request.method.end(),
                   absl::ascii_isupper)) {
    return absl::InvalidArgumentError("the method is not of capital letters");
  }
  for (const char* ours : {"Content-Length", "Transfer-Encoding"}) {
    if (request.headers.Has(ours)) {
      return absl::InvalidArgumentError(
          absl::StrCat("header ", ours, " is set by the client itself"));
    }
  }
  if (request.producer != nullptr &&
      (!request.body.empty() || request.produced_bytes < 0)) {
    return absl::InvalidArgumentError(
        "a body and a producer exclude each other; a size is not negative");
  }
  return absl::OkStatus();
}

class TransferStream final : public ResponseStream {
 public:
  TransferStream(std::shared_ptr<Transfer> transfer, StopCallback stop)
      : transfer_(std::move(transfer)), stop_(std::move(stop)) {}
  ~TransferStream() override {
    transfer_->Cancel(absl::CancelledError("the response was dropped"));
  }

  int code() const override { return transfer_->code(); }
  const Headers& headers() const override { return transfer_->headers(); }
  absl::StatusOr<std::string> Read() override { return transfer_->Read(); }

 private:
  // Shared with the I/O thread until it is done.
  const std::shared_ptr<Transfer> transfer_;
  const StopCallback stop_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Create(Clock& clock,
                                                       ClientOptions options) {
  KAITO_RETURN_IF_ERROR(CheckTrust(options));
  KAITO_ASSIGN_OR_RETURN(std::unique_ptr<CurlLoop> loop,
                         CurlLoop::Create(std::move(options)));
  return absl::WrapUnique(new Client(clock, std::move(loop)));
}

Client::Client(Clock& clock, std::unique_ptr<CurlLoop> loop)
    : clock_(clock), loop_(std::move(loop)) {}
Client::~Client() = default;

absl::StatusOr<std::unique_ptr<ResponseStream>> Client::Open(
    Request request, const StopToken& stop) {
  const absl::StatusOr<Url> url = Url::Parse(request.url);
  if (!url.ok()) return Annotate(url.status(), request.method);
  std::string where = absl::StrCat(request.method, " ", url->Redacted());
  KAITO_RETURN_IF_ERROR(Annotate(CheckRequest(request), where));
  request.url = url->ToString();  // As checked, whatever libcurl would read.
  if (request.max_body_bytes == 0) {
    request.max_body_bytes = std::numeric_limits<int64_t>::max();
  }
  auto transfer = std::make_shared<Transfer>(std::move(request),
                                             std::move(where), clock_, *loop_);
  StopCallback on_stop =
      stop.OnStop([transfer, stop] { transfer->Cancel(stop.status()); });
  auto stream = std::make_unique<TransferStream>(transfer, std::move(on_stop));
  loop_->Wake(transfer);
  KAITO_RETURN_IF_ERROR(transfer->AwaitHead());
  return stream;
}

absl::StatusOr<Response> Client::Do(Request request, const StopToken& stop) {
  if (request.max_body_bytes == 0)
    request.max_body_bytes = kDefaultMaxBodyBytes;
  const int64_t max_bytes = request.max_body_bytes;
  request.max_queued_bytes = max_bytes;  // It is all kept in any case.
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<ResponseStream> stream,
                         Open(std::move(request), stop));
  return ReadAll(*stream, max_bytes);
}

absl::StatusOr<Response> ReadAll(ResponseStream& stream, int64_t max_bytes) {
  Response response{.code = stream.code(), .headers = stream.headers()};
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const std::string piece, stream.Read());
    if (piece.empty()) return response;
    if (static_cast<int64_t>(response.body.size() + piece.size()) > max_bytes) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "HTTP response: the body has more than ", max_bytes, " bytes"));
    }
    response.body += piece;
  }
}

}  // namespace kaito::http
