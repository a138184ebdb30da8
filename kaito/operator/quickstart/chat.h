#ifndef KAITO_OPERATOR_QUICKSTART_CHAT_H_
#define KAITO_OPERATOR_QUICKSTART_CHAT_H_

// The services that the quick-start calls: the tuned model's /chat, and the
// registry.
//
//   KAITO_ASSIGN_OR_RETURN(const std::string address,
//                          CallableAddress(service, 80));
//   KAITO_ASSIGN_OR_RETURN(answers, AskService(address, questions, clock,
//                                              stop));

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::controller {

// host:port of a Service's port: its cluster address, and the port that
// standalone listens on where it may not bind the Service's own (annotation
// standalone.kaito.sh/ports). FailedPrecondition before it has an address.
absl::StatusOr<std::string> CallableAddress(const json::Value& service,
                                            int64_t port);

// OK where a registry answers there.
absl::Status CheckRegistry(absl::string_view address, Clock& clock,
                           const StopToken& stop);

// POST /chat for each question, one after the other.
absl::StatusOr<std::vector<std::string>> AskService(
    absl::string_view address, const std::vector<std::string>& questions,
    Clock& clock, const StopToken& stop);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_QUICKSTART_CHAT_H_
