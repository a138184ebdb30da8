#ifndef KAITO_STANDALONE_NODE_LOCAL_NODES_H_
#define KAITO_STANDALONE_NODE_LOCAL_NODES_H_

// LocalNodes: the Node objects that stand for this machine. One is always there
// and bears the machine's name; the first claim (a Machine or NodeClaim) gets
// it, each further one a Node of its own, named after both. So each has its own
// labels and taints, while all of them report the same machine, whose capacity
// the scheduler counts once. A thread keeps their objects and leases. For the
// node agent, which runs the pods of all of them.
//
//   KAITO_ASSIGN_OR_RETURN(auto nodes, LocalNodes::Open(options, client, clock));
//   KAITO_RETURN_IF_ERROR(nodes->Start(stop));
//   KAITO_ASSIGN_OR_RETURN(LocalNode node, nodes->Add({.claim = "ws1"}));
//   nodes->Remove("ws1", stop);   // Until it is NotFound.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/standalone/node/machine.h"
#include "kaito/standalone/node/node_records.h"
#include "kaito/standalone/node/node_registration.h"

namespace kaito::standalone {

struct LocalNodesOptions {
  std::string dir;                            // Of records; made where missing.
  std::string name;                           // Of the machine's own Node.
  std::map<std::string, std::string> labels;  // Of that one, besides the usual.
  Machine machine;
};

// What a claim wants of its Node.
struct NodeRequest {
  std::string claim;
  std::map<std::string, std::string> labels;
  std::vector<api::Taint> taints;  // The machine's own Node gets none.
};

class LocalNodes {
 public:
  // Takes up what earlier programs have recorded.
  static absl::StatusOr<std::unique_ptr<LocalNodes>> Open(
      LocalNodesOptions options, kube::ApiClient& client, Clock& clock);
  ~LocalNodes();
  LocalNodes(const LocalNodes&) = delete;
  LocalNodes& operator=(const LocalNodes&) = delete;

  // Begins to keep the objects, until `stop`. Once.
  absl::Status Start(const StopToken& stop);
  // Ends that, and tells that the Nodes are not ready.
  void Withdraw(const StopToken& stop);

  const std::string& name() const { return options_.name; }
  // Whether pods of that Node are to be run here.
  bool Has(absl::string_view node) const KAITO_EXCLUDES(mutex_);

  // The claim's Node: the one that it has, else the machine's own where no
  // claim has that, else a new one. At its return it survives the program's
  // death; the object follows. For one claim from one thread at a time.
  // FailedPrecondition while the claim's Node is being removed.
  absl::StatusOr<LocalNode> Add(const NodeRequest& request)
      KAITO_EXCLUDES(mutex_);

  // The machine's own Node stays, with what runs on it. Another one goes with
  // its pods: OK while it goes (the call waits for it a moment), then NotFound.
  absl::Status Remove(absl::string_view claim, const StopToken& stop)
      KAITO_EXCLUDES(mutex_);

  // Those that claims have and that are not being removed.
  std::vector<LocalNode> Claimed() const KAITO_EXCLUDES(mutex_);

 private:
  enum class Phase : uint8_t {
    kReserved,  // Its record is being written.
    kServed,
    kLeaving,
  };
  struct Entry {
    LocalNode node;
    Phase phase = Phase::kServed;
  };
  // The thread's own.
  struct Kept {
    std::unique_ptr<NodeRegistration> registration;
    SteadyTime due;
  };

  LocalNodes(LocalNodesOptions options, kube::ApiClient& client, Clock& clock)
      : options_(std::move(options)), client_(client), clock_(clock) {}

  LocalNode OwnNode() const;
  Entry* FindClaim(absl::string_view claim) KAITO_REQUIRES(mutex_);
  // Undoes what Add() began.
  void Unreserve(const std::string& name) KAITO_EXCLUDES(mutex_);
  void Wake() KAITO_REQUIRES(mutex_);

  void Run(const StopToken& stop) KAITO_EXCLUDES(mutex_);
  // One pass over all; returns when the next one is due.
  SteadyTime Pass(const StopToken& stop) KAITO_EXCLUDES(mutex_);
  absl::Status Leave(const LocalNode& node, NodeRegistration& registration,
                     const StopToken& stop) KAITO_EXCLUDES(mutex_);
  absl::Status DeleteOrphans(const StopToken& stop) KAITO_EXCLUDES(mutex_);

  const LocalNodesOptions options_;
  kube::ApiClient& client_;
  Clock& clock_;
  StopSource stop_;

  mutable Mutex mutex_;
  CondVar changed_;
  std::map<std::string, Entry> entries_ KAITO_GUARDED_BY(mutex_);  // By name.
  bool wanted_ KAITO_GUARDED_BY(mutex_) = false;  // A pass, before it is due.

  std::map<std::string, Kept> kept_;  // By name; the thread's.
  // Passes in which pods without a Node are looked for: a pod may have been
  // bound while its Node went. The thread's.
  int64_t orphan_passes_ = 1;
  Thread thread_;
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_LOCAL_NODES_H_
