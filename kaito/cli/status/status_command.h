#ifndef KAITO_CLI_STATUS_STATUS_COMMAND_H_
#define KAITO_CLI_STATUS_STATUS_COMMAND_H_

// `kubectl kaito status [NAME]`: Workspaces, or one of them with all that the
// operator made for it; live on a terminal, as lines that tell changes
// elsewhere.
//
//   KAITO_RETURN_IF_ERROR(StatusCommand(args, context));

#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "kaito/cli/flags/shared_flags.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::cli {

absl::Status StatusCommand(std::span<const std::string> args,
                           const Context& context);

struct StatusOptions {
  std::string ns;    // Empty: of all namespaces.
  std::string name;  // Empty: all of them.
  OutputFormat output = OutputFormat::kText;
  bool watch = false;
  absl::Duration interval = absl::Seconds(1);
};

// The command without its flags and its connection. Watching ends with the
// context's stop, which is no error.
absl::Status ShowStatus(const StatusOptions& options, kube::ApiClient& client,
                        const Context& context);

}  // namespace kaito::cli

#endif  // KAITO_CLI_STATUS_STATUS_COMMAND_H_
