#ifndef KAITO_CLI_STATUS_CHANGE_LINES_H_
#define KAITO_CLI_STATUS_CHANGE_LINES_H_

// ChangeLines: a Workspace as lines, one for each thing that has changed since
// the last time; for pipes and logs, where nothing can be drawn over. Pure.
//
//   ChangeLines lines;
//   out << lines.Update(report, clock.Now());
//
// "20:15:04 WorkspaceReady False workspacePending: The tuning job runs."

#include <map>
#include <set>
#include <string>

#include "absl/time/time.h"
#include "kaito/cli/status/workspace_report.h"

namespace kaito::cli {

class ChangeLines {
 public:
  // The first call tells all that is.
  std::string Update(const WorkspaceReport& report, absl::Time now);

 private:
  std::map<std::string, std::string> said_;  // Of conditions and objects.
  std::set<std::string> events_;             // Told, by uid and count.
};

}  // namespace kaito::cli

#endif  // KAITO_CLI_STATUS_CHANGE_LINES_H_
