#ifndef KAITO_STANDALONE_NODE_NODE_AGENT_H_
#define KAITO_STANDALONE_NODE_NODE_AGENT_H_

// The node agent: registers this machine as a node, or as several (LocalNodes),
// and runs the pods that are bound to them. For the operator's main in standalone mode.
//
//   NodeAgentOptions options = {
//       .data_dir = data_dir,
//       .images = StandardImages({.runtime = runtime_path})};
//   UseNetwork(*network, options);
//   KAITO_ASSIGN_OR_RETURN(std::unique_ptr<NodeAgent> agent,
//                          StartNodeAgent(options, client, clock, stop));
//   ...
//   agent->ShutDown();   // Else the pods' processes run on, without an agent.

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/standalone/network/network.h"
#include "kaito/standalone/node/container_log.h"
#include "kaito/standalone/node/environment.h"
#include "kaito/standalone/node/image_table.h"
#include "kaito/standalone/node/local_nodes.h"
#include "kaito/standalone/node/process_plan.h"

namespace kaito::standalone {

struct NodeAgentOptions {
  std::string data_dir;   // Pods are below <data_dir>/pods, nodes beside them.
  std::string node_name;  // Of the machine's own Node. Empty: the machine's.
  std::map<std::string, std::string> labels;  // Of it, besides the usual.
  std::vector<ImageStandIn> images;
  // Of all containers; PATH is needed, LD_LIBRARY_PATH where a GPU's libraries
  // are not where the loader looks.
  Environment base_env = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}};
  // main() must answer to it, see container_shim.h.
  std::vector<std::string> shim_command = {"/proc/self/exe", "container-shim"};
  ContainerLogLimits log_limits;
  // As in node_context.h; UseNetwork() sets them.
  std::function<absl::StatusOr<std::string>(const std::string& uid,
                                            const std::string& wanted)>
      acquire_ip;
  std::function<void(const std::string& uid)> release_ip;
  std::function<std::vector<PortRemap>()> port_remaps;
};

// Pods take their addresses from the network, which outlives the agent.
void UseNetwork(Network& network, NodeAgentOptions& options);

// Which log is asked for; answered while the agent lives.
struct PodLogRequest {
  std::string pod_uid;
  std::string container;  // Empty is InvalidArgument: the caller knows the pod.
  bool previous = false;  // Of the run before the last one.
  bool follow = false;    // Until the run ends.
  LogReadOptions read;
};

class NodeAgent {
 public:
  virtual ~NodeAgent() = default;

  // The Nodes whose pods it runs; lives as long as the agent.
  virtual LocalNodes& nodes() = 0;

  // Stops all pods, for an end of the program: SIGTERM, then at most 20 s. The
  // next agent begins them again. Blocks until they have ended.
  virtual void ShutDown() = 0;

  // For pods/log: calls `emit` with pieces of what the container printed.
  // NotFound where it has not run; what `emit` returned, or stop.status().
  virtual absl::Status ReadLog(
      const PodLogRequest& request,
      absl::FunctionRef<absl::Status(absl::string_view)> emit,
      const StopToken& stop) = 0;
};

// Returns once the pods of earlier agents have been taken up. `client` and
// `clock` outlive the agent, which ends with `stop` or its destruction.
absl::StatusOr<std::unique_ptr<NodeAgent>> StartNodeAgent(
    const NodeAgentOptions& options, kube::ApiClient& client, Clock& clock,
    const StopToken& stop);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_NODE_AGENT_H_
