#include "kaito/standalone/node/container_files.h"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::standalone {
namespace {

// One line each.
constexpr int64_t kMaxProcBytes = 64 * 1024;

int64_t Micros(absl::Time time) { return absl::ToUnixMicros(time); }

absl::StatusOr<int64_t> IntegerAt(const json::Value& value,
                                  absl::string_view name) {
  const json::Value* member = value.Find(name);
  const std::optional<int64_t> number =
      member == nullptr ? std::nullopt : member->integer();
  if (number.has_value()) return *number;
  return absl::InvalidArgumentError(
      absl::StrCat("a container's record lacks ", name));
}

absl::StatusOr<absl::Time> TimeAt(const json::Value& value,
                                  absl::string_view name) {
  KAITO_ASSIGN_OR_RETURN(const int64_t micros, IntegerAt(value, name));
  return absl::FromUnixMicros(micros);
}

}  // namespace

absl::StatusOr<ProcessIdentity> IdentifyProcess(pid_t pid) {
  KAITO_ASSIGN_OR_RETURN(
      const std::string stat,
      ReadFile(absl::StrCat("/proc/", pid, "/stat"), kMaxProcBytes));
  // The name, in parentheses, may hold anything; state is the first field
  // after it, the start the twentieth.
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) {
    return absl::InternalError(absl::StrCat("/proc/", pid, "/stat: ", stat));
  }
  const std::vector<absl::string_view> fields = absl::StrSplit(
      absl::string_view(stat).substr(name_end + 1), ' ', absl::SkipEmpty());
  ProcessIdentity identity = {.pid = pid};
  if (fields.size() < 20 ||
      !absl::SimpleAtoi(fields[19], &identity.start_ticks)) {
    return absl::InternalError(absl::StrCat("/proc/", pid, "/stat: ", stat));
  }
  if (fields[0] == "Z" || fields[0] == "X") {
    return absl::NotFoundError(absl::StrCat("process ", pid, " has ended"));
  }
  KAITO_ASSIGN_OR_RETURN(
      const std::string boot_id,
      ReadFile("/proc/sys/kernel/random/boot_id", kMaxProcBytes));
  identity.boot_id = std::string(absl::StripSuffix(boot_id, "\n"));
  return identity;
}

std::string FormatStarted(const StartedRecord& record) {
  return json::Write(json::Object{
      {"pid", int64_t{record.shim.pid}},
      {"startTicks", record.shim.start_ticks},
      {"bootId", record.shim.boot_id},
      {"startedAtMicros", Micros(record.started_at)},
  });
}

absl::StatusOr<StartedRecord> ParseStarted(absl::string_view text) {
  KAITO_ASSIGN_OR_RETURN(const json::Value value, json::Parse(text));
  StartedRecord record;
  KAITO_ASSIGN_OR_RETURN(const int64_t pid, IntegerAt(value, "pid"));
  record.shim.pid = static_cast<pid_t>(pid);
  KAITO_ASSIGN_OR_RETURN(record.shim.start_ticks,
                         IntegerAt(value, "startTicks"));
  record.shim.boot_id = std::string(value.StringAt({"bootId"}));
  KAITO_ASSIGN_OR_RETURN(record.started_at, TimeAt(value, "startedAtMicros"));
  return record;
}

std::string FormatExit(const ExitRecord& record) {
  return json::Write(json::Object{
      {"exitCode", record.exit_code},
      {"signal", record.signal},
      {"startedAtMicros", Micros(record.started_at)},
      {"finishedAtMicros", Micros(record.finished_at)},
  });
}

absl::StatusOr<ExitRecord> ParseExit(absl::string_view text) {
  KAITO_ASSIGN_OR_RETURN(const json::Value value, json::Parse(text));
  ExitRecord record;
  KAITO_ASSIGN_OR_RETURN(const int64_t code, IntegerAt(value, "exitCode"));
  record.exit_code = static_cast<int>(code);
  KAITO_ASSIGN_OR_RETURN(const int64_t signal, IntegerAt(value, "signal"));
  record.signal = static_cast<int>(signal);
  KAITO_ASSIGN_OR_RETURN(record.started_at, TimeAt(value, "startedAtMicros"));
  KAITO_ASSIGN_OR_RETURN(record.finished_at, TimeAt(value, "finishedAtMicros"));
  return record;
}

}  // namespace kaito::standalone
