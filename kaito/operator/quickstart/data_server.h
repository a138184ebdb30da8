#ifndef KAITO_OPERATOR_QUICKSTART_DATA_SERVER_H_
#define KAITO_OPERATOR_QUICKSTART_DATA_SERVER_H_

// Offers one file over HTTP on loopback, so that the quick-start's tuning job
// fetches its data as any other does.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const std::unique_ptr<http::Server> server,
//       StartDataServer("acme-support.parquet", bytes, clock));
//   const std::string address = absl::StrCat("127.0.0.1:", server->port());

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/server.h"

namespace kaito::controller {

// At /`name`; anything else is 404.
absl::StatusOr<std::unique_ptr<http::Server>> StartDataServer(
    absl::string_view name, std::string bytes, Clock& clock);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_QUICKSTART_DATA_SERVER_H_
