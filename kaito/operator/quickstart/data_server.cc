#include "kaito/operator/quickstart/data_server.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/router.h"
#include "kaito/base/http/server.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::controller {

absl::StatusOr<std::unique_ptr<http::Server>> StartDataServer(
    absl::string_view name, std::string bytes, Clock& clock) {
  http::Router router;
  KAITO_RETURN_IF_ERROR(router.Add(
      "GET", absl::StrCat("/", name),
      [bytes = std::move(bytes)](const http::RoutedRequest&,
                                 http::ResponseWriter& writer) {
        writer
            .Send({.code = 200,
                   .headers = {{"Content-Type", "application/octet-stream"}},
                   .body = bytes})
            .IgnoreError();
      }));
  return http::Server::Start(clock, {.worker_threads = 2},
                             std::move(router).AsHandler());
}

}  // namespace kaito::controller
