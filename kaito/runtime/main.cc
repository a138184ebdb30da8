#include <string>
#include <vector>

#include "kaito/runtime/commands/run.h"

int main(int argc, char** argv) {
  return kaito::runtime::RunRuntime(
      std::vector<std::string>(argv + 1, argv + argc));
}
