#include "kaito/runtime/commands/run.h"

#include <iostream>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/job/exit_code.h"
#include "kaito/base/flags/commands.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/version/version.h"
#include "kaito/runtime/commands/data.h"
#include "kaito/runtime/commands/probe.h"
#include "kaito/runtime/commands/text_commands.h"
#include "kaito/runtime/commands/transfer_commands.h"
#include "kaito/runtime/convert/convert_commands.h"
#include "kaito/runtime/serve/commands/serving_commands.h"
#include "kaito/runtime/train/tune_command.h"

namespace kaito::runtime {
namespace {

struct Subcommand {
  absl::string_view name;
  absl::string_view summary;
  int (*run)(std::span<const std::string> args);
  absl::Status (*check)(std::span<const std::string> args) = nullptr;
};

int RunTune(std::span<const std::string> args) {
  return RunTuneCommand(args, PushAdapter);
}

constexpr Subcommand kSubcommands[] = {
    {"serve", "A model over HTTP.", RunServeCommand, CheckServeArguments},
    {"score", "Log-probabilities of tokens, line by line.", RunScoreCommand},
    {"generate", "A model's answers, line by line.", RunGenerateCommand},
    {"tune", "Trains an adapter.", RunTune, CheckTuneArguments},
    {"tokenize", "Text to token ids and back, line by line.",
     RunTokenizeCommand},
    {"render", "Messages to a model's text, line by line.", RunRenderCommand},
    {"data", "A data set as tuning would see it.", RunDataCommand},
    {"quantize", "A model to NF4.", RunQuantizeCommand},
    {"merge", "An adapter into its model's weights.", RunMergeCommand},
    {"fetch", "Downloads data or weights.", RunFetchCommand,
     CheckFetchArguments},
    {"pack", "A directory to an image.", RunPackCommand},
    {"pull", "An image's files to a directory.", RunPullCommand,
     CheckPullArguments},
    {"probe", "What this machine offers.", RunProbeCommand},
};

Commands AllCommands() {
  Commands commands("runtime", "Tunes and serves language models.");
  for (const Subcommand& subcommand : kSubcommands) {
    commands.Add(subcommand.name, subcommand.summary);
  }
  return commands;
}

}  // namespace

absl::Status CheckArguments(std::span<const std::string> args) {
  KAITO_ASSIGN_OR_RETURN(const SelectedCommand selected,
                         AllCommands().Select(args));
  for (const Subcommand& subcommand : kSubcommands) {
    if (selected.name != subcommand.name || subcommand.check == nullptr) {
      continue;
    }
    return subcommand.check(selected.args);
  }
  return absl::UnimplementedError(
      absl::StrCat(selected.name, ": no pod is started with it"));
}

int RunRuntime(std::span<const std::string> args) {
  if (const auto version = VersionAnswer("runtime", args)) {
    std::cout << *version;
    return static_cast<int>(api::ExitCode::kDone);
  }
  const Commands commands = AllCommands();
  const absl::StatusOr<SelectedCommand> selected = commands.Select(args);
  if (!selected.ok()) {
    std::cerr << "runtime: " << selected.status().message() << "\n";
    return static_cast<int>(api::ExitCode::kUserError);
  }
  for (const Subcommand& subcommand : kSubcommands) {
    if (selected->name == subcommand.name)
      return subcommand.run(selected->args);
  }
  std::cout << commands.Help();
  return static_cast<int>(api::ExitCode::kDone);
}

}  // namespace kaito::runtime
