#ifndef KAITO_STANDALONE_NODE_NODE_REGISTRATION_H_
#define KAITO_STANDALONE_NODE_NODE_REGISTRATION_H_

// NodeRegistration: keeps one Node object of this machine and its lease, which is
// the heartbeat. LocalNodes' thread calls it every kHeartbeat.

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/standalone/node/machine.h"
#include "kaito/standalone/node/node_records.h"

namespace kaito::standalone {

class NodeRegistration {
 public:
  // Kubernetes' numbers: a lease of 40 s that is renewed every 10 s, and a
  // status that is written at least every 5 minutes.
  static constexpr absl::Duration kHeartbeat = absl::Seconds(10);

  NodeRegistration(kube::ApiClient& client, Clock& clock, std::string name,
                   Machine machine)
      : client_(client),
        clock_(clock),
        name_(std::move(name)),
        machine_(std::move(machine)) {}

  // Makes what is missing, and writes what has changed. Labels, taints and
  // provider id of `node`, which has that name, are for a Node that is made.
  absl::Status Renew(const LocalNode& node, const StopToken& stop);
  // The agent ends: the node is not ready.
  absl::Status Withdraw(const StopToken& stop);
  // Deletes the Node, so that no pod comes to it, and the pods that it has;
  // true once all are gone. Again until then.
  absl::StatusOr<bool> Remove(const StopToken& stop);

 private:
  absl::StatusOr<json::Value> MakeNode(const LocalNode& node,
                                       const StopToken& stop);
  absl::Status WriteStatus(const json::Value& object, bool ready,
                           const StopToken& stop);
  absl::Status WriteLease(const StopToken& stop);

  kube::ApiClient& client_;
  Clock& clock_;
  const std::string name_;
  const Machine machine_;
  std::string uid_;  // Of the Node, once it is known.
  SteadyTime status_due_;
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_NODE_REGISTRATION_H_
