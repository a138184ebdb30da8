#include "kaito/operator/quickstart/fetch_program.h"

#include <optional>
#include <ostream>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/line_reader.h"
#include "kaito/base/process/stdio.h"
#include "kaito/base/process/subprocess.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::controller {
namespace {

// A package of some MB over a slow network.
constexpr absl::Duration kTimeout = absl::Minutes(5);

absl::Status Refused(const ProgramToFetch& program) {
  return absl::FailedPreconditionError(absl::StrCat(
      program.name,
      " is not installed, and the quick-start needs it. Install the package ",
      program.name, ", run tools/fetch_tools.sh ", program.name,
      ", or say --yes"));
}

// An empty line is yes.
absl::StatusOr<bool> Ask(const ProgramToFetch& program, std::ostream& out,
                         const StopToken& stop) {
  out << program.name
      << " is not installed. Unpack it below ~/.cache/kaito/tools, with "
         "apt-get download? Nothing is installed. [Y/n] "
      << std::flush;
  LineReader lines(program.in_fd);
  KAITO_ASSIGN_OR_RETURN(const std::optional<std::string> line,
                         lines.Next(stop));
  if (!line) return false;
  const std::string answer =
      absl::AsciiStrToLower(absl::StripAsciiWhitespace(*line));
  return answer.empty() || answer == "y" || answer == "yes";
}

}  // namespace

absl::Status FetchProgram(const ProgramToFetch& program, Clock& clock,
                          std::ostream& out, const StopToken& stop) {
  if (!program.yes) {
    if (!program.ask) return Refused(program);
    KAITO_ASSIGN_OR_RETURN(const bool wanted, Ask(program, out, stop));
    if (!wanted) return Refused(program);
  }
  KAITO_ASSIGN_OR_RETURN(
      const ProcessResult result,
      Subprocess::Run({.argv = {program.script, program.name},
                       .env = program.env,
                       .err = Stdio::Capture(64 << 10)},
                      {.clock = &clock, .timeout = kTimeout}, stop));
  if (result.ok()) return absl::OkStatus();
  return Annotate(
      absl::FailedPreconditionError(absl::StripAsciiWhitespace(result.err)),
      absl::StrCat(program.script, " ", program.name, ": ", result.Describe()));
}

}  // namespace kaito::controller
