#ifndef KAITO_API_JOB_TERMINATION_H_
#define KAITO_API_JOB_TERMINATION_H_

// The termination message: one JSON line that every container of ours leaves
// behind, in the file named by $KAITO_TERMINATION_LOG, by default
// /dev/termination-log.
//
//   {"code":2,"reason":"DataUnusable","message":"...","remedy":"..."}
//
// Kubernetes keeps 4096 bytes of it and shows them in the container's status,
// where the operator reads them.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

struct Termination {
  int64_t code = 0;            // An ExitCode.
  std::string reason;          // CamelCase; becomes a condition's reason.
  std::string message;         // What happened, with the values.
  std::string remedy;          // What the user can do.
  std::string digest;          // Of the pushed image, where one was pushed.
  std::optional<double> loss;  // The last one of training.

  bool operator==(const Termination& other) const = default;
};

// One line without its newline, at most kTerminationBytes long: message and
// remedy are cut, never the JSON.
std::string FormatTermination(const Termination& termination);

// Reads what a container left. Text that is none of ours (a crash of the
// program, a foreign container) becomes reason "Error" with the text, cut, as
// message.
Termination ParseTermination(absl::string_view text, int64_t exit_code);

constexpr int64_t kTerminationBytes = 4096;  // What a kubelet keeps.

const StructType& Describe(const Termination*);

}  // namespace kaito::api

#endif  // KAITO_API_JOB_TERMINATION_H_
