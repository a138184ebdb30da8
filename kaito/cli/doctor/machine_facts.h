#ifndef KAITO_CLI_DOCTOR_MACHINE_FACTS_H_
#define KAITO_CLI_DOCTOR_MACHINE_FACTS_H_

// Looks at this machine for `kubectl kaito doctor`. Changes nothing: a port
// that it listens on is free again when it returns.
//
//   const MachineFacts facts = LookAtMachine({.env = context.env});

#include <functional>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/cli/doctor/findings.h"

namespace kaito::cli {

struct MachineLook {
  std::function<std::optional<std::string>(absl::string_view)> env;
  std::string data_dir;  // Empty: standalone's own.
  std::string wanted_preset;
};

MachineFacts LookAtMachine(const MachineLook& look);

}  // namespace kaito::cli

#endif  // KAITO_CLI_DOCTOR_MACHINE_FACTS_H_
