#ifndef KAITO_STANDALONE_NODE_NODE_OBJECT_H_
#define KAITO_STANDALONE_NODE_NODE_OBJECT_H_

// The Node objects of this machine. Each shows all that the machine has; by
// status.nodeInfo.machineID the scheduler sees which of them share it. Pure.

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/node.h"
#include "kaito/standalone/node/machine.h"

namespace kaito::standalone {

// What is set where the object is made; labels of others stay.
std::map<std::string, std::string> NodeLabels(absl::string_view name,
                                              const Machine& machine);

// `old`: as the object has it, for times of conditions and for what others
// wrote. Not `ready`: the agent ends.
api::NodeStatus MakeNodeStatus(absl::string_view name, const Machine& machine,
                               const api::NodeStatus& old, bool ready,
                               absl::Time now);

// Whether they differ in more than times of heartbeats.
bool NodeStatusChanged(const api::NodeStatus& a, const api::NodeStatus& b);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_NODE_OBJECT_H_
