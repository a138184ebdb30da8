#ifndef KAITO_OPERATOR_PLAN_SNAPSHOT_H_
#define KAITO_OPERATOR_PLAN_SNAPSHOT_H_

// Snapshot: all that planning needs to know of the cluster about one Workspace,
// read at one time (observe/). Values only; what is absent in the cluster is
// absent here.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "kaito/api/core/controller_revision.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/job/progress.h"
#include "kaito/base/json/value.h"

namespace kaito::controller {

// A Machine or NodeClaim of the Workspace.
struct ObservedClaim {
  std::string name;
  std::string uid;
  bool deleting = false;
  bool ready = false;
  std::string node_name;  // Empty until it has one.
  // The step that it waits at: "launched", "registered", "initialized".
  std::string next_step = "launched";
  // Why, in the provisioner's words; empty where it says nothing.
  std::string obstacle;
};

// A node that the Workspace's labels select, or that it prefers by name.
struct ObservedNode {
  std::string name;
  bool ready = false;
  bool deleting = false;
  bool matches_labels = false;
  bool created_by_claim = false;  // For a Machine or NodeClaim.
  std::string instance_type;
  int64_t gpus = 0;
  int64_t memory_bytes = 0;          // Of the machine.
  int64_t memory_bytes_per_gpu = 0;  // 0: the node does not say.
};

// A Secret that the Workspace names. Its values stay where they are.
struct SecretFacts {
  bool exists = false;
  bool has_key = false;  // The key by which it is used.
  std::string version;   // Changes whenever the Secret does.
};

// Weights that lie on this machine (standalone).
struct LocalWeights {
  std::string place;                   // Empty: there are none.
  std::vector<std::string> looked_at;  // Folders, the first being the one to
                                       // put them into.
};

struct Snapshot {
  std::vector<ObservedClaim> claims;
  std::vector<ObservedNode> nodes;
  std::vector<api::ControllerRevision> revisions;
  // Live objects under the names that are the Workspace's, whoever made them.
  std::optional<json::Value> job;
  std::optional<json::Value> deployment;
  std::optional<json::Value> service;
  std::optional<json::Value> headless_service;
  // The ConfigMap that the workload mounts.
  std::optional<json::Value> config_map;
  // Its file, parsed; and why it could not be, where it could not.
  std::optional<json::Value> config;
  std::string config_error;
  std::vector<api::Pod> pods;  // That bear the Workspace's label.
  // What the tuning pod last said.
  std::optional<api::Progress> progress;
  std::map<std::string, SecretFacts> secrets;  // By name.
  LocalWeights local_weights;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_SNAPSHOT_H_
