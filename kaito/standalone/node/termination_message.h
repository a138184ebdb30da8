#ifndef KAITO_STANDALONE_NODE_TERMINATION_MESSAGE_H_
#define KAITO_STANDALONE_NODE_TERMINATION_MESSAGE_H_

// What a container left for people when it ended: the last 4096 bytes of its
// termination file, or, where it failed without one and asks for that
// (FallbackToLogsOnError), the end of its log.

#include <string>

#include "absl/strings/string_view.h"

namespace kaito::standalone {

// `policy` is the container's terminationMessagePolicy. Empty where there is
// nothing to read.
std::string TerminationMessage(absl::string_view run_dir,
                               absl::string_view policy, bool failed);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_TERMINATION_MESSAGE_H_
