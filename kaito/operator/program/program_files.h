#ifndef KAITO_OPERATOR_PROGRAM_PROGRAM_FILES_H_
#define KAITO_OPERATOR_PROGRAM_PROGRAM_FILES_H_

// The files that come with the operator: the runtime's program, the small
// model, the examples. Bazel puts them beside the binary ("runfiles"); an image
// or an installation names the directory instead.
//
//   KAITO_ASSIGN_OR_RETURN(const ProgramFiles files,
//                          ProgramFiles::Find(argv0, environment, ""));
//   KAITO_ASSIGN_OR_RETURN(const std::string runtime,
//                          files.Get("kaito/runtime/runtime"));

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito::controller {

class ProgramFiles {
 public:
  // Looks at `directory` (a flag's value; alone where not empty), at
  // $RUNFILES_DIR, and beside the program `executable`. NotFound with the
  // places that were looked at.
  static absl::StatusOr<ProgramFiles> Find(absl::string_view executable,
                                           absl::string_view runfiles_dir,
                                           absl::string_view directory);

  // The absolute path of a file or directory by its path in the source tree.
  // NotFound where it is not there.
  absl::StatusOr<std::string> Get(absl::string_view path) const;

  const std::string& root() const { return root_; }

 private:
  explicit ProgramFiles(std::string root) : root_(std::move(root)) {}

  std::string root_;
};

// This process's own program, from /proc.
absl::StatusOr<std::string> ThisExecutable();

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PROGRAM_PROGRAM_FILES_H_
