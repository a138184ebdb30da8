#ifndef KAITO_CLI_STATUS_WORKSPACE_REPORT_H_
#define KAITO_CLI_STATUS_WORKSPACE_REPORT_H_

// WorkspaceReport: a Workspace and what the operator made for it, read at one
// time. describe.h makes text and JSON of it.
//
//   KAITO_ASSIGN_OR_RETURN(const WorkspaceReport report,
//                          ReadWorkspace(client, {"default", "acme"}, stop));

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::cli {

struct WorkspaceReport {
  json::Value workspace;
  // Machines and NodeClaims, the Job, the Deployment, pods, the Service: those
  // that are there, in this order.
  std::vector<json::Value> objects;
  std::vector<json::Value> events;  // About the Workspace, oldest first.
  // What may not be read, or could not be: a sentence each.
  std::vector<std::string> notes;
};

// Fails only where the Workspace itself can't be read.
absl::StatusOr<WorkspaceReport> ReadWorkspace(kube::ApiClient& client,
                                              const kube::ObjectKey& key,
                                              const StopToken& stop);

}  // namespace kaito::cli

#endif  // KAITO_CLI_STATUS_WORKSPACE_REPORT_H_
