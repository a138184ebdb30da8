#include "kaito/operator/observe/observer.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/config_map.h"
#include "kaito/api/core/controller_revision.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/core/service.h"
#include "kaito/api/job/progress.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/node_labels.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/observe/cluster_reader.h"
#include "kaito/operator/observe/observed.h"
#include "kaito/operator/plan/pods.h"
#include "kaito/operator/plan/references.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/plan/tuning_result.h"
#include "kaito/operator/render/claim.h"
#include "kaito/operator/render/serving.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {
namespace {

// A progress line is far below 1 KiB; what else a pod prints is not ours.
constexpr int64_t kLogLines = 50;
constexpr int64_t kLogBytes = 64 << 10;

// One observation of one Workspace.
class Look {
 public:
  Look(kube::ApiClient& client, const ClusterReader& reader,
       const api::Workspace& workspace, const Settings& settings,
       const StopToken& stop)
      : client_(client),
        reader_(reader),
        workspace_(workspace),
        key_{workspace.metadata.ns, workspace.metadata.name},
        settings_(settings),
        stop_(stop) {}

  absl::Status AtWorkloads() {
    const std::string& name = workspace_.metadata.name;
    KAITO_ASSIGN_OR_RETURN(snapshot_.job, Find(api::Job::kKind, name));
    KAITO_ASSIGN_OR_RETURN(snapshot_.deployment,
                           Find(api::Deployment::kKind, name));
    return absl::OkStatus();
  }

  absl::Status AtServices() {
    const std::string& name = workspace_.metadata.name;
    KAITO_ASSIGN_OR_RETURN(snapshot_.service, Find(api::Service::kKind, name));
    KAITO_ASSIGN_OR_RETURN(snapshot_.headless_service,
                           Find(api::Service::kKind, HeadlessName(workspace_)));
    return absl::OkStatus();
  }

  absl::Status AtClaims() {
    const api::KindInfo& kind = ClaimKindInfo(settings_.claim_kind);
    auto list = reader_.FindOf(kind, key_, stop_);
    // A cluster whose nodes are the user's own need not know the kind.
    if (absl::IsNotFound(list.status())) return absl::OkStatus();
    KAITO_RETURN_IF_ERROR(list.status());
    for (const json::Value& item : *list) {
      KAITO_ASSIGN_OR_RETURN(ObservedClaim claim,
                             settings_.claim_kind == ClaimKind::kMachine
                                 ? ObserveMachine(item)
                                 : ObserveNodeClaim(item));
      snapshot_.claims.push_back(std::move(claim));
    }
    return absl::OkStatus();
  }

  absl::Status AtNodes() {
    if (!workspace_.resource.label_selector) return absl::OkStatus();
    KAITO_ASSIGN_OR_RETURN(
        const auto labels,
        api::NodeLabels(*workspace_.resource.label_selector));
    KAITO_ASSIGN_OR_RETURN(const std::vector<json::Value> list,
                           reader_.FindNodes(labels, stop_));
    for (const json::Value& item : list) {
      KAITO_ASSIGN_OR_RETURN(ObservedNode node, ObserveNode(item, workspace_));
      snapshot_.nodes.push_back(std::move(node));
    }
    return absl::OkStatus();
  }

  absl::Status AtRevisions() {
    KAITO_ASSIGN_OR_RETURN(
        const std::vector<json::Value> list,
        reader_.FindOf(api::ControllerRevision::kKind, key_, stop_));
    for (const json::Value& item : list) {
      KAITO_ASSIGN_OR_RETURN(api::ControllerRevision revision,
                             api::DecodeOrError<api::ControllerRevision>(
                                 item, "ControllerRevision"));
      // One of an earlier Workspace of that name is about to go.
      const api::OwnerReference* owner = revision.metadata.controller();
      if (owner != nullptr && owner->uid != workspace_.metadata.uid) continue;
      snapshot_.revisions.push_back(std::move(revision));
    }
    return absl::OkStatus();
  }

  absl::Status AtPods() {
    KAITO_ASSIGN_OR_RETURN(const std::vector<json::Value> list,
                           reader_.FindOf(api::Pod::kKind, key_, stop_));
    for (const json::Value& item : list) {
      KAITO_ASSIGN_OR_RETURN(api::Pod pod,
                             api::DecodeOrError<api::Pod>(item, "Pod"));
      snapshot_.pods.push_back(std::move(pod));
    }
    return absl::OkStatus();
  }

  absl::Status AtSecrets() {
    for (const SecretUse& use : SecretsOf(workspace_)) {
      KAITO_ASSIGN_OR_RETURN(const std::optional<json::Value> secret,
                             FindLive(api::Secret::kKind, use.name));
      if (!secret) {
        snapshot_.secrets[use.name] = {};
        continue;
      }
      const SecretFacts facts = ObserveSecret(*secret, use.key);
      const auto [it, is_new] = snapshot_.secrets.emplace(use.name, facts);
      if (!is_new) it->second.has_key &= facts.has_key;
    }
    return absl::OkStatus();
  }

  absl::Status AtConfigMap() {
    const std::optional<ConfigMapUse> use = ConfigMapOf(workspace_);
    if (!use) return absl::OkStatus();
    KAITO_ASSIGN_OR_RETURN(snapshot_.config_map,
                           FindLive(api::ConfigMap::kKind, use->name));
    if (!snapshot_.config_map) return absl::OkStatus();
    const json::Value* text =
        snapshot_.config_map->FindPath({"data", use->key});
    if (text == nullptr || text->string() == nullptr) {
      snapshot_.config_error = absl::StrCat("it has no key ", use->key);
      return absl::OkStatus();
    }
    auto parsed = yaml::Parse(*text->string());
    if (parsed.ok()) {
      snapshot_.config = std::move(parsed->value);
    } else {
      snapshot_.config_error = std::string(parsed.status().message());
    }
    return absl::OkStatus();
  }

  // Nice to have: without it the rest still stands.
  void AtProgress() {
    if (!snapshot_.job) return;
    const std::optional<TuningResult> known = ReadTuningResult(workspace_);
    const std::string uid(snapshot_.job->StringAt({"metadata", "uid"}));
    if (known && known->job_uid == uid) return;  // All is told.
    const auto pods = PodsOf(snapshot_.pods, api::label::kRoleTuning, uid);
    for (const api::Pod* pod : pods) {
      if (!HasStarted({pod}, workspace_.metadata.name)) continue;
      const auto log = client_.Log({pod->metadata.ns, pod->metadata.name},
                                   {.container = workspace_.metadata.name,
                                    .tail_lines = kLogLines,
                                    .limit_bytes = kLogBytes},
                                   stop_);
      if (!log.ok()) {
        KAITO_LOG(DEBUG, "no log of the tuning pod",
                  {{"pod", pod->metadata.name}, {"error", log.status()}});
        continue;
      }
      if (auto progress = api::FindLastProgress(*log)) {
        snapshot_.progress = std::move(progress);
      }
    }
  }

  Snapshot Take() && { return std::move(snapshot_); }

 private:
  absl::StatusOr<std::optional<json::Value>> Find(
      const api::KindInfo& kind, const std::string& name) const {
    return reader_.Find(kind, {key_.ns, name}, stop_);
  }
  // What the user may have made a moment ago, and nobody keeps.
  absl::StatusOr<std::optional<json::Value>> FindLive(
      const api::KindInfo& kind, const std::string& name) const {
    return LiveReader(client_).Find(kind, {key_.ns, name}, stop_);
  }

  kube::ApiClient& client_;
  const ClusterReader& reader_;
  const api::Workspace& workspace_;
  const kube::ObjectKey key_;
  const Settings& settings_;
  const StopToken& stop_;
  Snapshot snapshot_;
};

}  // namespace

absl::StatusOr<Snapshot> Observer::Observe(const api::Workspace& workspace,
                                           const ClusterReader& reader,
                                           const StopToken& stop) const {
  Look look(client_, reader, workspace, options_.settings, stop);
  KAITO_RETURN_IF_ERROR(look.AtWorkloads());
  KAITO_RETURN_IF_ERROR(look.AtServices());
  KAITO_RETURN_IF_ERROR(look.AtClaims());
  KAITO_RETURN_IF_ERROR(look.AtNodes());
  KAITO_RETURN_IF_ERROR(look.AtRevisions());
  KAITO_RETURN_IF_ERROR(look.AtPods());
  KAITO_RETURN_IF_ERROR(look.AtSecrets());
  KAITO_RETURN_IF_ERROR(look.AtConfigMap());
  look.AtProgress();
  Snapshot snapshot = std::move(look).Take();
  if (options_.find_weights && workspace.preset() != nullptr) {
    snapshot.local_weights = options_.find_weights(workspace.preset()->name);
  }
  return snapshot;
}

absl::StatusOr<Snapshot> Observer::ObserveRemains(
    const api::Workspace& workspace, const StopToken& stop) const {
  // Live: what is missed here is left behind for good.
  const LiveReader reader(client_);
  Look look(client_, reader, workspace, options_.settings, stop);
  KAITO_RETURN_IF_ERROR(look.AtWorkloads());
  KAITO_RETURN_IF_ERROR(look.AtClaims());
  return std::move(look).Take();
}

}  // namespace kaito::controller
