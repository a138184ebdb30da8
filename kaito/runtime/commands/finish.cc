#include "kaito/runtime/commands/finish.h"

#include <signal.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/api/job/exit_code.h"
#include "kaito/api/job/layout.h"
#include "kaito/api/job/termination.h"

namespace kaito::runtime {

absl::string_view ReasonOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return "Completed";
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return "InvalidArgument";
    case absl::StatusCode::kNotFound:
      return "NotFound";
    case absl::StatusCode::kResourceExhausted:
      return "OutOfMemory";
    case absl::StatusCode::kPermissionDenied:
      return "PermissionDenied";
    case absl::StatusCode::kUnauthenticated:
      return "Unauthenticated";
    case absl::StatusCode::kUnavailable:
      return "Unavailable";
    case absl::StatusCode::kDeadlineExceeded:
      return "Timeout";
    case absl::StatusCode::kCancelled:
      return "Interrupted";
    case absl::StatusCode::kUnimplemented:
      return "Unsupported";
    case absl::StatusCode::kDataLoss:
      return "DataLoss";
    default:
      return "Error";
  }
}

int64_t CodeOfStop(const absl::Status& status, int signal) {
  if (!absl::IsCancelled(status) || signal == 0) return 0;
  return static_cast<int64_t>(signal == SIGINT ? api::ExitCode::kInterrupted
                                               : api::ExitCode::kTerminated);
}

void WriteTermination(const api::Termination& termination) {
  const char* named = std::getenv(api::kTerminationLogVariable.data());
  const std::string path = named != nullptr && *named != '\0'
                               ? std::string(named)
                               : std::string(api::kTerminationLogDefault);
  // The kubelet has made its file already; "r+" makes none where it hasn't.
  std::FILE* file = std::fopen(path.c_str(), named != nullptr ? "w" : "r+");
  if (file == nullptr) return;
  const std::string line =
      absl::StrCat(api::FormatTermination(termination), "\n");
  std::fwrite(line.data(), 1, line.size(), file);
  std::fclose(file);
}

int FinishCommand(absl::string_view command, const absl::Status& status) {
  if (status.ok()) return static_cast<int>(api::ExitCode::kDone);
  return FinishCommand(command, status, {});
}

int FinishCommand(absl::string_view command, const absl::Status& status,
                  api::Termination termination) {
  if (termination.code == 0) {
    termination.code = static_cast<int64_t>(api::ExitCodeFor(status));
  }
  if (termination.reason.empty()) {
    termination.reason = std::string(ReasonOf(status));
  }
  // The errors of flags begin with it already.
  const std::string program = absl::StrCat("runtime ", command, ": ");
  const absl::string_view message =
      absl::StripPrefix(status.message(), program);
  if (termination.message.empty()) termination.message = std::string(message);
  if (!status.ok()) {
    std::string line = absl::StrCat(program, message, "\n");
    if (!termination.remedy.empty()) {
      absl::StrAppend(&line, program, termination.remedy, "\n");
    }
    std::fwrite(line.data(), 1, line.size(), stderr);
  }
  WriteTermination(termination);
  return static_cast<int>(termination.code);
}

}  // namespace kaito::runtime
