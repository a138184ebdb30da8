#ifndef KAITO_BASE_FLAGS_COMMANDS_H_
#define KAITO_BASE_FLAGS_COMMANDS_H_

// Commands: the subcommands of a program. It finds which one is meant; the
// flags of each are a FlagSet (flags.h).
//
//   Commands commands("runtime", "Tunes and serves language models.");
//   commands.Add("tune", "Trains an adapter.");
//   KAITO_ASSIGN_OR_RETURN(const SelectedCommand selected,
//                          commands.Select(args));
//   if (selected.name == "tune") return Tune(selected.args);

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito {

struct SelectedCommand {
  std::string name;               // "help" where that was asked for.
  std::vector<std::string> args;  // Those after it.
};

class Commands {
 public:
  Commands(absl::string_view program, absl::string_view summary);

  void Add(absl::string_view name, absl::string_view summary);

  // `args` does not hold the program itself. InvalidArgument where the first
  // one is no command; "help", "--help" and "-h" are.
  absl::StatusOr<SelectedCommand> Select(
      std::span<const std::string> args) const;

  std::string Help() const;

 private:
  std::string program_;
  std::string summary_;
  std::vector<std::pair<std::string, std::string>> commands_;
};

}  // namespace kaito

#endif  // KAITO_BASE_FLAGS_COMMANDS_H_
