#include "kaito/runtime/commands/run.h"

#include <iostream>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/job/exit_code.h"
#include "kaito/base/flags/commands.h"
#include "kaito/runtime/commands/data.h"
#include "kaito/runtime/commands/probe.h"
#include "kaito/runtime/commands/text_commands.h"
#include "kaito/runtime/commands/transfer_commands.h"
#include "kaito/runtime/serve/commands/serving_commands.h"
#include "kaito/runtime/train/tune_command.h"

namespace kaito::runtime {
namespace {

struct Subcommand {
  absl::string_view name;
  absl::string_view summary;
  int (*run)(std::span<const std::string> args);
};

int RunTune(std::span<const std::string> args) {
  return RunTuneCommand(args, PushAdapter);
}

constexpr Subcommand kSubcommands[] = {
    {"serve", "A model over HTTP.", RunServeCommand},
    {"score", "Log-probabilities of tokens, line by line.", RunScoreCommand},
    {"generate", "A model's answers, line by line.", RunGenerateCommand},
    {"tune", "Trains an adapter.", RunTune},
    {"tokenize", "Text to token ids and back, line by line.",
     RunTokenizeCommand},
    {"render", "Messages to a model's text, line by line.", RunRenderCommand},
    {"data", "A data set as tuning would see it.", RunDataCommand},
    {"fetch", "Downloads data or weights.", RunFetchCommand},
    {"pack", "A directory to an image.", RunPackCommand},
    {"pull", "An image's files to a directory.", RunPullCommand},
    {"probe", "What this machine offers.", RunProbeCommand},
};

}  // namespace

int RunRuntime(std::span<const std::string> args) {
  Commands commands("runtime", "Tunes and serves language models.");
  for (const Subcommand& subcommand : kSubcommands) {
    commands.Add(subcommand.name, subcommand.summary);
  }
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
