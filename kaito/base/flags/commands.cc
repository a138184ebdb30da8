#include "kaito/base/flags/commands.h"

#include <algorithm>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/flags/nearest_name.h"

namespace kaito {

Commands::Commands(absl::string_view program, absl::string_view summary)
    : program_(program), summary_(summary) {}

void Commands::Add(absl::string_view name, absl::string_view summary) {
  commands_.emplace_back(std::string(name), std::string(summary));
}

absl::StatusOr<SelectedCommand> Commands::Select(
    std::span<const std::string> args) const {
  if (args.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(program_, ": needs a command; see ", program_, " --help"));
  }
  SelectedCommand selected = {.name = args[0],
                              .args = {args.begin() + 1, args.end()}};
  if (args[0] == "--help" || args[0] == "-h") selected.name = "help";
  if (selected.name == "help") return selected;
  std::vector<std::string> known = {"help"};
  for (const auto& [name, summary] : commands_) {
    if (name == args[0]) return selected;
    known.push_back(name);
  }
  const std::string nearest = NearestName(args[0], known);
  return absl::InvalidArgumentError(absl::StrCat(
      program_, ": \"", args[0], "\" is not a command",
      nearest.empty() ? absl::StrCat("; see ", program_, " --help")
                      : absl::StrCat("; did you mean ", nearest, "?")));
}

std::string Commands::Help() const {
  std::string help = absl::StrCat(summary_, "\n\nUsage: ", program_,
                                  " COMMAND [flags]\n\nCommands:\n");
  size_t width = 0;
  for (const auto& [name, summary] : commands_) {
    width = std::max(width, name.size());
  }
  for (const auto& [name, summary] : commands_) {
    absl::StrAppend(&help, "  ", name,
                    std::string(width - name.size() + 2, ' '), summary, "\n");
  }
  absl::StrAppend(&help, "\n", program_,
                  " COMMAND --help shows the flags of one.\n");
  return help;
}

}  // namespace kaito
