#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/operator/run_operator.h"
#include "kaito/standalone/node/container_shim.h"

int main(int argc, char** argv) {
  // Before any thread is there: the shim forks.
  if (argc > 1 &&
      absl::string_view(argv[1]) == kaito::standalone::kContainerShimCommand) {
    return kaito::standalone::RunContainerShim({argv + 2, argv + argc});
  }
  return kaito::controller::RunOperator(
      std::vector<std::string>(argv + 1, argv + argc));
}
