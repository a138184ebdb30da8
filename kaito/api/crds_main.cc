// Writes all CustomResourceDefinitions as YAML into a directory; by default
// into the checkout that `bazel run` was called in, kaito/api/crds:
//
//   bazel run //kaito/api:crds [-- DIRECTORY]

#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kaito/api/crd/crd_files.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::api {
namespace {

std::string FromEnvironment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

absl::Status WriteCrds(const std::string& directory) {
  for (const auto& [name, content] : CrdFiles()) {
    const std::string path = JoinPath(directory, name);
    KAITO_RETURN_IF_ERROR(MakeDirs(Dirname(path)));
    KAITO_RETURN_IF_ERROR(WriteFileAtomic(path, content));
    std::printf("%s\n", path.c_str());
  }
  return absl::OkStatus();
}

absl::Status Main(int argc, char** argv) {
  if (argc > 2) return absl::InvalidArgumentError("usage: crds [DIRECTORY]");
  // `bazel run` starts the program elsewhere and says here where it was called.
  if (argc == 2) {
    return WriteCrds(
        JoinPath(FromEnvironment("BUILD_WORKING_DIRECTORY"), argv[1]));
  }
  const std::string checkout = FromEnvironment("BUILD_WORKSPACE_DIRECTORY");
  if (checkout.empty()) {
    return absl::InvalidArgumentError(
        "name a directory to write to: this was not started by bazel run");
  }
  return WriteCrds(JoinPath(checkout, "kaito/api/crds"));
}

}  // namespace
}  // namespace kaito::api

int main(int argc, char** argv) {
  const absl::Status status = kaito::api::Main(argc, argv);
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return status.code() == absl::StatusCode::kInvalidArgument ? 2 : 1;
}
