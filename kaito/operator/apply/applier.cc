#include "kaito/operator/apply/applier.h"

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/operator/observe/cluster_reader.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/step.h"

namespace kaito::controller {
namespace {

kube::WriteOptions Writing(absl::string_view subresource = "") {
  return {.field_manager = std::string(kFieldManager),
          .subresource = std::string(subresource),
          .force = true};
}

// Whether an object that is there already is the one that was to be created.
bool IsOurs(const json::Value& live, const Step& step,
            const api::Workspace& workspace) {
  if (step.kind.namespaced) return OwnedBy(live, workspace);
  // Cluster-scoped: no owner in a namespace. The name holds the uid's hash.
  const json::Value* labels = live.FindPath({"metadata", "labels"});
  return labels != nullptr &&
         labels->StringAt({api::label::kWorkspace}) ==
             workspace.metadata.name &&
         labels->StringAt({api::label::kWorkspaceNamespace}) ==
             workspace.metadata.ns;
}

// A merge patch from one object to another: what is gone becomes null. Arrays
// and scalars are replaced whole.
json::Value MergePatch(const json::Value& before, const json::Value& after) {
  if (before.object() == nullptr || after.object() == nullptr) return after;
  json::Object patch;
  for (const json::Member& member : *before.object()) {
    if (after.Find(member.name) == nullptr) patch[member.name] = nullptr;
  }
  for (const json::Member& member : *after.object()) {
    const json::Value* old = before.Find(member.name);
    if (old == nullptr) {
      patch[member.name] = member.value;
    } else if (!(*old == member.value)) {
      patch[member.name] = MergePatch(*old, member.value);
    }
  }
  return patch;
}

std::string VersionOf(const json::Value& object) {
  return std::string(object.StringAt({"metadata", "resourceVersion"}));
}

}  // namespace

api::GroupVersionResource WorkspaceResource() { return kWorkspaces.gvr(); }

Outcome Applier::Apply(const api::Workspace& workspace, const Plan& plan,
                       const StopToken& stop) const {
  Outcome outcome;
  for (size_t i = 0; i < plan.steps.size(); ++i) {
    const Step& step = plan.steps[i];
    if (!step.writes()) continue;
    Written& written = outcome.written.emplace_back(
        Written{.kind = step.kind, .key = {step.ns, step.name}});
    outcome.status = Do(workspace, step, stop, &written);
    if (!outcome.status.ok()) {
      outcome.failed_step = i;
      return outcome;
    }
    outcome.done.push_back(i);
    KAITO_LOG(INFO, "step done",
              {{"workspace", absl::StrCat(workspace.metadata.ns, "/",
                                          workspace.metadata.name)},
               {"step", step.ToString()}});
  }
  return outcome;
}

absl::Status Applier::Do(const api::Workspace& workspace, const Step& step,
                         const StopToken& stop, Written* written) const {
  const api::GroupVersionResource gvr = step.kind.gvr();
  const kube::ObjectKey key = {step.ns, step.name};
  absl::StatusOr<json::Value> object = json::Value();
  switch (step.action) {
    case Step::Action::kCreate:
      object = Create(workspace, step, stop);
      break;
    case Step::Action::kApply:
      object = client_.Patch(gvr, key, kube::PatchType::kApply, step.object,
                             Writing(), stop);
      break;
    case Step::Action::kPatchWorkspace:
      object = client_.Patch(gvr, key, kube::PatchType::kMerge, step.object,
                             Writing(), stop);
      break;
    case Step::Action::kDelete: {
      written->uid = step.uid;
      const absl::Status status =
          client_.Delete(gvr, key, {.uid = step.uid}, stop);
      return absl::IsNotFound(status) ? absl::OkStatus() : status;
    }
    case Step::Action::kWait:
      break;
  }
  KAITO_RETURN_IF_ERROR(object.status());
  written->version = VersionOf(*object);
  return absl::OkStatus();
}

absl::StatusOr<json::Value> Applier::Create(const api::Workspace& workspace,
                                            const Step& step,
                                            const StopToken& stop) const {
  const api::GroupVersionResource gvr = step.kind.gvr();
  absl::StatusOr<json::Value> created =
      client_.Create(gvr, step.ns, step.object, Writing(), stop);
  if (!absl::IsAlreadyExists(created.status())) return created;
  // By an earlier try whose answer was lost, or by someone else.
  KAITO_ASSIGN_OR_RETURN(json::Value live,
                         client_.Get(gvr, {step.ns, step.name}, stop));
  if (!live.StringAt({"metadata", "deletionTimestamp"}).empty()) {
    return absl::AbortedError(absl::StrCat(step.kind.kind, " ", step.name,
                                           ": an earlier one is being "
                                           "deleted"));
  }
  if (IsOurs(live, step, workspace)) return live;
  return absl::FailedPreconditionError(
      absl::StrCat(step.kind.kind, " ", step.name,
                   " is there and does not belong to this Workspace: delete "
                   "it, or give the Workspace another name"));
}

absl::Status Applier::WriteStatus(const api::Workspace& workspace,
                                  const api::WorkspaceStatus& status,
                                  const StopToken& stop,
                                  std::vector<Written>* written) const {
  const json::Value before = api::Encode(workspace.status);
  const json::Value after = api::Encode(status);
  if (before == after) return absl::OkStatus();
  const json::Value patch = json::Object{{"status", MergePatch(before, after)}};
  const kube::ObjectKey key = {workspace.metadata.ns, workspace.metadata.name};
  Written& one =
      written->emplace_back(Written{.kind = kWorkspaces, .key = key});
  KAITO_ASSIGN_OR_RETURN(
      const json::Value object,
      client_.Patch(WorkspaceResource(), key, kube::PatchType::kMerge, patch,
                    Writing("status"), stop));
  one.version = VersionOf(object);
  return absl::OkStatus();
}

}  // namespace kaito::controller
