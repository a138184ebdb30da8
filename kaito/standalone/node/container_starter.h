#ifndef KAITO_STANDALONE_NODE_CONTAINER_STARTER_H_
#define KAITO_STANDALONE_NODE_CONTAINER_STARTER_H_

// ContainerStarter: the steps from a container of a pod to its process: objects
// fetched, volumes written, process planned, directories made, shim started.
// Part of the pod's runner (pod_runner.h).

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/pod.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/standalone/node/container_process.h"
#include "kaito/standalone/node/node_context.h"
#include "kaito/standalone/node/pod_directory.h"
#include "kaito/standalone/node/probe.h"
#include "kaito/standalone/node/process_plan.h"

namespace kaito::standalone {

class ContainerStarter {
 public:
  ContainerStarter(const NodeContext& node, PodDirectory dir, StopToken stop)
      : node_(node), dir_(std::move(dir)), stop_(std::move(stop)) {}

  // What the container's process would be; writes the pod's volumes. On an
  // error `reason` says of what kind, as container statuses do:
  // "ErrImagePull", "CreateContainerConfigError".
  absl::StatusOr<ProcessPlan> Plan(const api::Pod& pod,
                                   const api::Container& container,
                                   const std::string& pod_ip, int64_t run,
                                   std::string& reason) const;

  absl::StatusOr<ContainerProcess> Start(const api::Container& container,
                                         const ProcessPlan& plan, int64_t run,
                                         std::string& reason) const;

  // What the container's probes ask.
  ProbeTarget Target(const api::Container& container, const ProcessPlan& plan,
                     const std::string& pod_ip) const;

 private:
  const NodeContext& node_;
  const PodDirectory dir_;
  const StopToken stop_;
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_CONTAINER_STARTER_H_
