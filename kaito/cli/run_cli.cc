#include "kaito/cli/run_cli.h"

#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/base/flags/commands.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/cli/chat/chat_command.h"
#include "kaito/cli/doctor/doctor_command.h"
#include "kaito/cli/flags/shared_flags.h"
#include "kaito/cli/models/models.h"
#include "kaito/cli/plan/plan_command.h"
#include "kaito/cli/status/status_command.h"
#include "kaito/cli/text/printable.h"
#include "kaito/cli/version/version_command.h"

namespace kaito::cli {
namespace {

struct Command {
  const char* name;
  const char* summary;
  absl::Status (*run)(std::span<const std::string>, const Context&);
};

constexpr Command kCommands[] = {
    {"status", "Shows Workspaces, or one with all that belongs to it.",
     StatusCommand},
    {"plan", "Says what the operator would do with a file.", PlanCommand},
    {"chat", "Talks to a Workspace's model.", ChatCommand},
    {"models", "Lists the presets, with what they need.", ModelsCommand},
    {"doctor", "Finds what would fail, with what to do.", DoctorCommand},
    {"version", "Prints versions.", VersionCommand},
};

absl::Status Run(std::span<const std::string> args, const Context& context) {
  Commands commands("kubectl kaito",
                    "Shows and asks what KAITO's operator does.");
  for (const Command& command : kCommands) {
    commands.Add(command.name, command.summary);
  }
  KAITO_ASSIGN_OR_RETURN(const SelectedCommand selected, commands.Select(args));
  for (const Command& command : kCommands) {
    if (selected.name == command.name) {
      return command.run(selected.args, context);
    }
  }
  context.out << commands.Help();
  return absl::OkStatus();
}

}  // namespace

int RunCli(std::span<const std::string> args, const Context& context) {
  const absl::Status status = Run(args, context);
  context.out.flush();
  if (status.ok()) return 0;
  context.err << "kubectl kaito: " << Printable(status.message()) << "\n";
  context.err.flush();
  return absl::IsInvalidArgument(status) ? 2 : 1;
}

}  // namespace kaito::cli
