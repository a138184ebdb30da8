#include "kaito/standalone/node/local_nodes.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/standalone/node/node_records.h"
#include "kaito/standalone/node/node_registration.h"

namespace kaito::standalone {
namespace {

constexpr absl::Duration kRetry = absl::Seconds(2);
// Between looks at the pods of a Node that goes.
constexpr absl::Duration kLeavePoll = absl::Milliseconds(200);
// How long Remove() waits for a Node to be gone: most have no pods any more.
constexpr absl::Duration kLeaveWait = absl::Seconds(2);
// A Node's name is its label kubernetes.io/hostname, too.
constexpr size_t kMaxLabelBytes = 63;

}  // namespace

absl::StatusOr<std::unique_ptr<LocalNodes>> LocalNodes::Open(
    LocalNodesOptions options, kube::ApiClient& client, Clock& clock) {
  KAITO_RETURN_IF_ERROR(MakeDirs(options.dir, 0700));
  std::unique_ptr<LocalNodes> nodes(
      new LocalNodes(std::move(options), client, clock));  // Private.
  KAITO_ASSIGN_OR_RETURN(std::vector<LocalNode> records,
                         ReadNodeRecords(nodes->options_.dir));
  MutexLock lock(nodes->mutex_);
  nodes->entries_[nodes->name()] = {.node = nodes->OwnNode()};
  for (LocalNode& node : records) {
    const std::string name = node.name;
    nodes->entries_[name] = {.node = std::move(node)};
  }
  return nodes;
}

LocalNodes::~LocalNodes() {
  (void)stop_.RequestStop();
  thread_.Join();
}

absl::Status LocalNodes::Start(const StopToken& stop) {
  stop_ = StopSource(stop);
  KAITO_ASSIGN_OR_RETURN(
      thread_, Thread::Start("nodes", [this] { Run(stop_.token()); }));
  return absl::OkStatus();
}

void LocalNodes::Withdraw(const StopToken& stop) {
  (void)stop_.RequestStop();
  thread_.Join();
  for (auto& [name, kept] : kept_) {
    const absl::Status status = kept.registration->Withdraw(stop);
    if (!status.ok() && !absl::IsNotFound(status)) {
      KAITO_LOG(INFO, "a node stays as it is",
                {{"node", name}, {"error", status}});
    }
  }
}

bool LocalNodes::Has(absl::string_view node) const {
  MutexLock lock(mutex_);
  return entries_.contains(std::string(node));
}

absl::StatusOr<LocalNode> LocalNodes::Add(const NodeRequest& request) {
  LocalNode node;
  {
    MutexLock lock(mutex_);
    if (const Entry* entry = FindClaim(request.claim)) {
      if (entry->phase == Phase::kServed) return entry->node;
      return absl::FailedPreconditionError(
          absl::StrCat("node ", entry->node.name, " of an earlier claim ",
                       request.claim, " is not gone yet"));
    }
    node = OwnNode();
    if (entries_[name()].node.claim.empty()) {
      node.labels.insert(request.labels.begin(), request.labels.end());
    } else {
      node.name = absl::StrCat(name(), "-", request.claim);
      if (node.name.size() > kMaxLabelBytes) node.name = request.claim;
      if (node.name.size() > kMaxLabelBytes || entries_.contains(node.name)) {
        return absl::InvalidArgumentError(absl::StrCat(
            "node ", node.name, ": longer than ", kMaxLabelBytes,
            " characters, or there is one of that name; give the claim another "
            "name"));
      }
      absl::StrAppend(&node.provider_id, "/", request.claim);
      node.labels = request.labels;
      node.taints = request.taints;
    }
    node.claim = request.claim;
    node.created = clock_.Now();
    entries_[node.name] = {.node = node, .phase = Phase::kReserved};
  }
  const absl::Status written = WriteNodeRecord(options_.dir, node);
  if (!written.ok()) {
    Unreserve(node.name);
    return written;
  }
  MutexLock lock(mutex_);
  entries_[node.name].phase = Phase::kServed;
  Wake();
  return node;
}

absl::Status LocalNodes::Remove(absl::string_view claim,
                                const StopToken& stop) {
  std::string node;
  {
    MutexLock lock(mutex_);
    Entry* entry = FindClaim(claim);
    if (entry == nullptr) {
      return absl::NotFoundError(
          absl::StrCat("claim ", claim, " has no node on this machine"));
    }
    node = entry->node.name;
    if (node != name()) {
      entry->phase = Phase::kLeaving;
      Wake();
    }
  }
  if (node == name()) {
    // Nothing of it goes but the record.
    KAITO_RETURN_IF_ERROR(RemoveNodeRecord(options_.dir, claim));
    Unreserve(node);
    return absl::NotFoundError(
        absl::StrCat("claim ", claim, " has let node ", node, " go"));
  }
  const SteadyTime deadline = clock_.NowSteady() + kLeaveWait;
  const StopCallback wake = stop.OnStop([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  MutexLock lock(mutex_);
  while (FindClaim(claim) != nullptr && !stop.stopped()) {
    if (clock_.WaitUntil(changed_, mutex_, deadline)) break;
  }
  if (FindClaim(claim) != nullptr) return stop.status();
  return absl::NotFoundError(absl::StrCat("node ", node, " is gone"));
}

std::vector<LocalNode> LocalNodes::Claimed() const {
  MutexLock lock(mutex_);
  std::vector<LocalNode> claimed;
  for (const auto& [name, entry] : entries_) {
    if (!entry.node.claim.empty() && entry.phase != Phase::kLeaving) {
      claimed.push_back(entry.node);
    }
  }
  return claimed;
}

LocalNode LocalNodes::OwnNode() const {
  return {.name = name(),
          .provider_id = absl::StrCat("kaito-local://", name()),
          .labels = options_.labels};
}

LocalNodes::Entry* LocalNodes::FindClaim(absl::string_view claim) {
  for (auto& [name, entry] : entries_) {
    if (entry.node.claim == claim) return &entry;
  }
  return nullptr;
}

void LocalNodes::Unreserve(const std::string& node) {
  MutexLock lock(mutex_);
  if (node == name()) {
    entries_[node] = {.node = OwnNode()};
  } else {
    entries_.erase(node);
  }
  changed_.NotifyAll();
}

void LocalNodes::Wake() {
  wanted_ = true;
  changed_.NotifyAll();
}

void LocalNodes::Run(const StopToken& stop) {
  const StopCallback wake = stop.OnStop([this] {
    MutexLock lock(mutex_);
    changed_.NotifyAll();
  });
  while (!stop.stopped()) {
    const SteadyTime due = Pass(stop);
    MutexLock lock(mutex_);
    while (!wanted_ && !stop.stopped()) {
      if (clock_.WaitUntil(changed_, mutex_, due)) break;
    }
    wanted_ = false;
  }
}

SteadyTime LocalNodes::Pass(const StopToken& stop) {
  std::map<std::string, Entry> entries;
  {
    MutexLock lock(mutex_);
    entries = entries_;
  }
  SteadyTime next = clock_.NowSteady() + NodeRegistration::kHeartbeat;
  for (const auto& [name, entry] : entries) {
    if (entry.phase == Phase::kReserved && name != options_.name) continue;
    Kept& kept = kept_[name];
    if (kept.registration == nullptr) {
      kept.registration = std::make_unique<NodeRegistration>(
          client_, clock_, name, options_.machine);
    }
    const bool leaving = entry.phase == Phase::kLeaving;
    if (!leaving && clock_.NowSteady() < kept.due) {
      next = std::min(next, kept.due);
      continue;
    }
    const absl::Status status =
        leaving ? Leave(entry.node, *kept.registration, stop)
                : kept.registration->Renew(entry.node, stop);
    if (stop.stopped()) return next;
    absl::Duration wait = NodeRegistration::kHeartbeat;
    if (leaving) wait = kLeavePoll;
    if (!status.ok()) {
      wait = kRetry;
      KAITO_LOG(WARNING, "a node's objects can't be kept",
                {{"node", name}, {"leaving", leaving}, {"error", status}});
    }
    kept.due = clock_.NowSteady() + wait;
    next = std::min(next, kept.due);
    if (leaving && !Has(name)) kept_.erase(name);
  }
  if (orphan_passes_ > 0) {
    const absl::Status status = DeleteOrphans(stop);
    if (status.ok()) --orphan_passes_;
  }
  return next;
}

absl::Status LocalNodes::Leave(const LocalNode& node,
                               NodeRegistration& registration,
                               const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(const bool gone, registration.Remove(stop));
  if (!gone) return absl::OkStatus();
  KAITO_RETURN_IF_ERROR(RemoveNodeRecord(options_.dir, node.claim));
  orphan_passes_ = 2;
  MutexLock lock(mutex_);
  entries_.erase(node.name);
  changed_.NotifyAll();
  return absl::OkStatus();
}

// As Kubernetes' collector of pods: nobody runs them, and so nobody would end
// their deletion.
absl::Status LocalNodes::DeleteOrphans(const StopToken& stop) {
  const auto pods = api::Pod::kKind.gvr();
  KAITO_ASSIGN_OR_RETURN(
      const kube::ObjectList list,
      client_.List(pods, "", {.field_selector = "spec.nodeName!="}, stop));
  for (const json::Value& pod : list.items) {
    const std::string node(pod.StringAt({"spec", "nodeName"}));
    if (Has(node)) continue;
    const absl::StatusOr<json::Value> object =
        client_.Get(api::Node::kKind.gvr(), {"", node}, stop);
    if (object.ok()) continue;
    if (!absl::IsNotFound(object.status())) return object.status();
    const absl::Status deleted =
        client_.Delete(pods,
                       {std::string(pod.StringAt({"metadata", "namespace"})),
                        std::string(pod.StringAt({"metadata", "name"}))},
                       {.uid = std::string(pod.StringAt({"metadata", "uid"})),
                        .grace_period_seconds = 0},
                       stop);
    if (!deleted.ok() && !absl::IsNotFound(deleted)) return deleted;
    KAITO_LOG(INFO, "deleted a pod whose node is gone",
              {{"pod", pod.StringAt({"metadata", "name"})}, {"node", node}});
  }
  return absl::OkStatus();
}

}  // namespace kaito::standalone
