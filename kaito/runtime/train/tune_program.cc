// The command alone, for the test that kills it.
#include <string>
#include <vector>

#include "kaito/runtime/train/tune_command.h"

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  return kaito::runtime::RunTuneCommand(args, nullptr);
}
