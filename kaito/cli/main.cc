#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/log/log.h"
#include "kaito/base/process/stop_signals.h"
#include "kaito/cli/run_cli.h"

namespace {

std::optional<std::string> Environment(absl::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace

int main(int argc, char** argv) {
  // Bazel runs a program in its own directory; files are named from the user's.
  if (const auto directory = Environment("BUILD_WORKING_DIRECTORY")) {
    if (chdir(directory->c_str()) != 0) {
      std::cerr << "kubectl-kaito: can't go to " << *directory << "\n";
      return 1;
    }
  }
  kaito::ConfigureLog({.min_level = kaito::LogLevel::kWarning});
  const absl::StatusOr<std::unique_ptr<kaito::StopSignals>> signals =
      kaito::StopSignals::Install();
  if (!signals.ok()) {
    std::cerr << "kubectl-kaito: " << signals.status().message() << "\n";
    return 1;
  }
  kaito::RealClock clock;
  const int code =
      kaito::cli::RunCli(std::vector<std::string>(argv + 1, argv + argc),
                         {.clock = clock,
                          .stop = (*signals)->token(),
                          .out = std::cout,
                          .err = std::cerr,
                          .in_fd = STDIN_FILENO,
                          .in_is_terminal = isatty(STDIN_FILENO) == 1,
                          .out_is_terminal = isatty(STDOUT_FILENO) == 1,
                          .env = Environment});
  const int signal = (*signals)->signal();
  return code != 0 && signal != 0 ? 128 + signal : code;
}
