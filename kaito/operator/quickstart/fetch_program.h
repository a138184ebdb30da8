#ifndef KAITO_OPERATOR_QUICKSTART_FETCH_PROGRAM_H_
#define KAITO_OPERATOR_QUICKSTART_FETCH_PROGRAM_H_

// A program of the system's that the quick-start needs and does not find, such
// as docker-registry: it is unpacked below the user's cache, by
// tools/fetch_tools.sh, once the user has said yes. Nothing is downloaded
// without that.
//
//   KAITO_RETURN_IF_ERROR(
//       FetchProgram({.name = "docker-registry", .script = path, .yes = yes},
//                    clock, std::cout, stop));

#include <map>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::controller {

struct ProgramToFetch {
  std::string name;
  std::string script;                      // tools/fetch_tools.sh
  std::map<std::string, std::string> env;  // Of the script: PATH, HOME.
  bool yes = false;                        // --yes: it is not asked.
  bool ask = false;                        // There is a terminal to ask at.
  int in_fd = 0;                           // Where the answer comes from.
};

// FailedPrecondition where the user does not want it, or can't be asked, with
// what to do.
absl::Status FetchProgram(const ProgramToFetch& program, Clock& clock,
                          std::ostream& out, const StopToken& stop);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_QUICKSTART_FETCH_PROGRAM_H_
