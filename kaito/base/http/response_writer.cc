#include "kaito/base/http/response_writer.h"

#include <memory>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/check/check.h"
#include "kaito/base/http/error_body.h"
#include "kaito/base/http/exchange.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::http {
namespace {

Exchange& Live(const std::shared_ptr<Exchange>& exchange) {
  KAITO_CHECK(exchange != nullptr) << "used after a move";
  return *exchange;
}

}  // namespace

BodyStream::BodyStream(std::shared_ptr<Exchange> exchange)
    : exchange_(std::move(exchange)) {}

BodyStream& BodyStream::operator=(BodyStream&& other) noexcept {
  if (this != &other) {
    if (exchange_ != nullptr) exchange_->Abandon();
    exchange_ = std::move(other.exchange_);
  }
  return *this;
}

BodyStream::~BodyStream() {
  if (exchange_ != nullptr) exchange_->Abandon();
}

absl::Status BodyStream::Write(absl::string_view piece) {
  return Live(exchange_).Write(piece, /*wait_for_room=*/true);
}

absl::Status BodyStream::TryWrite(absl::string_view piece) {
  return Live(exchange_).Write(piece, /*wait_for_room=*/false);
}

absl::Status BodyStream::Finish() { return Live(exchange_).Finish(); }

StopToken BodyStream::client_gone() const {
  return Live(exchange_).client_gone();
}

ResponseWriter::ResponseWriter(std::shared_ptr<Exchange> exchange)
    : exchange_(std::move(exchange)) {}

ResponseWriter& ResponseWriter::operator=(ResponseWriter&& other) noexcept {
  if (this != &other) {
    if (exchange_ != nullptr && !exchange_->answered()) exchange_->Abandon();
    exchange_ = std::move(other.exchange_);
  }
  return *this;
}

ResponseWriter::~ResponseWriter() {
  if (exchange_ != nullptr && !exchange_->answered()) exchange_->Abandon();
}

absl::Status ResponseWriter::Send(Response response) {
  return Live(exchange_).Send(response.code, std::move(response.headers),
                              std::move(response.body));
}

absl::Status ResponseWriter::SendError(int code, absl::string_view message) {
  return Live(exchange_).Send(code, ErrorHeaders(), ErrorBody(code, message));
}

absl::StatusOr<BodyStream> ResponseWriter::Stream(int code, Headers headers) {
  KAITO_RETURN_IF_ERROR(Live(exchange_).StartStream(code, std::move(headers)));
  return BodyStream(exchange_);
}

StopToken ResponseWriter::client_gone() const {
  return Live(exchange_).client_gone();
}

}  // namespace kaito::http
