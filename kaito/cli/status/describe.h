#ifndef KAITO_CLI_STATUS_DESCRIBE_H_
#define KAITO_CLI_STATUS_DESCRIBE_H_

// What `kubectl kaito status` shows, from what was read. Pure; all text is
// printable, whatever the cluster holds.
//
//   out << DescribeWorkspace(report, now, /*width=*/0);

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/cli/status/workspace_report.h"

namespace kaito::cli {

// The columns of `kubectl get workspace -o wide`, a row each.
std::string ListWorkspaces(const std::vector<json::Value>& workspaces,
                           absl::Time now, bool with_namespace);

// Columns, progress, conditions with reasons and messages, objects, events.
// Long messages are wrapped at `width`; 0: not at all.
std::string DescribeWorkspace(const WorkspaceReport& report, absl::Time now,
                              int64_t width);

// As above, for programs: names as in the Workspace's status.
json::Value WorkspaceToJson(const WorkspaceReport& report);

// "step 120/450  loss 0.410  6100 tok/s  33 s left"; "" before training.
std::string ProgressText(const json::Value& workspace);

// "Machine ws438ba4156: ready, node host1".
std::string ObjectText(const json::Value& object);

}  // namespace kaito::cli

#endif  // KAITO_CLI_STATUS_DESCRIBE_H_
