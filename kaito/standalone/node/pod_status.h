#ifndef KAITO_STANDALONE_NODE_POD_STATUS_H_
#define KAITO_STANDALONE_NODE_POD_STATUS_H_

// MakePodStatus: a pod's status as a kubelet would write it: phase, conditions,
// and the state of each container. Pure.
//
//   api::PodStatus status = MakePodStatus(pod, record, {...});
//   if (status != *pod.status) Patch(...);

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "kaito/api/core/pod.h"
#include "kaito/standalone/node/pod_record.h"

namespace kaito::standalone {

struct StatusFacts {
  std::string host_ip;
  absl::Time now;
  bool ended = false;  // By the plan: no container runs, and none will.
};

// Conditions of others, such as PodScheduled and readiness gates, stay as the
// pod has them; a condition's time changes only with its status.
api::PodStatus MakePodStatus(const api::Pod& pod, const PodRecord& record,
                             const StatusFacts& facts);

// "local://<uid>/<container>/<run>".
std::string ContainerId(const PodRecord& pod, const ContainerRecord& container,
                        int64_t attempt);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_POD_STATUS_H_
