#include "kaito/provisioner/lifecycle/node_patch.h"

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/scheduling.h"
#include "kaito/api/machine/names.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/value.h"
#include "kaito/provisioner/lifecycle/claim.h"

namespace kaito::provisioner {
namespace {

using Labels = std::map<std::string, std::string>;

// The labels that a node has of its claim.
Labels LabelsOf(const Claim& claim) {
  Labels labels = claim.node_labels();
  labels[std::string(api::karpenter::kRegisteredLabel)] = "true";
  return labels;
}

// Sets in patch[field] what `wanted` has and `has` lacks.
void SetMissing(const Labels& wanted, const Labels& has, json::Value* patch,
                absl::string_view field) {
  for (const auto& [key, value] : wanted) {
    const auto found = has.find(key);
    if (found != has.end() && found->second == value) continue;
    (*patch)["metadata"][field][key] = value;
  }
}

json::Value Versioned(json::Value patch, const api::Node& node) {
  if (!patch.is_null()) {
    patch["metadata"]["resourceVersion"] = node.metadata.resource_version;
  }
  return patch;
}

bool SameTaint(const api::Taint& a, const api::Taint& b) {
  return a.key == b.key && a.effect == b.effect;
}

// The node's taints with the claim's, and without the one that kept pods away
// until now.
std::vector<api::Taint> MergedTaints(const Claim& claim,
                                     const api::Node& node) {
  std::vector<api::Taint> taints = node.spec.taints;
  const auto add = [&](const std::vector<api::Taint>& more) {
    for (const api::Taint& taint : more) {
      if (std::none_of(taints.begin(), taints.end(),
                       [&](const auto& t) { return SameTaint(t, taint); })) {
        taints.push_back(taint);
      }
    }
  };
  if (node.metadata.label(api::karpenter::kDoNotSyncTaintsLabel) != "true") {
    add(claim.taints());
    add(claim.startup_taints());
  }
  std::erase_if(taints, [](const api::Taint& taint) {
    return taint.key == api::karpenter::kUnregisteredTaint;
  });
  return taints;
}

void SetOwnersAndTaints(const Claim& claim, const api::Node& node,
                        json::Value* patch) {
  std::vector<api::OwnerReference> owners = node.metadata.owner_references;
  const bool owned = std::any_of(
      owners.begin(), owners.end(),
      [&](const auto& owner) { return owner.uid == claim.metadata().uid; });
  if (!owned) {
    const api::KindInfo& kind = KindOf(claim.kind());
    owners.push_back({.api_version = kind.api_version(),
                      .kind = std::string(kind.kind),
                      .name = claim.metadata().name,
                      .uid = claim.metadata().uid,
                      .block_owner_deletion = true});
    json::Array list;
    for (const api::OwnerReference& owner : owners) {
      list.push_back(api::Encode(owner));
    }
    (*patch)["metadata"]["ownerReferences"] = std::move(list);
  }
  const std::vector<api::Taint> taints = MergedTaints(claim, node);
  if (taints == node.spec.taints) return;
  json::Array list;
  for (const api::Taint& taint : taints) list.push_back(api::Encode(taint));
  (*patch)["spec"]["taints"] = std::move(list);
}

}  // namespace

json::Value RegisterNode(const Claim& claim, const api::Node& node,
                         bool shared) {
  json::Value patch;
  SetMissing(LabelsOf(claim), node.metadata.labels, &patch, "labels");
  if (!shared) {
    SetMissing(claim.metadata().annotations, node.metadata.annotations, &patch,
               "annotations");
    SetOwnersAndTaints(claim, node, &patch);
  }
  return Versioned(std::move(patch), node);
}

json::Value InitializeNode(const api::Node& node) {
  json::Value patch;
  SetMissing({{std::string(api::karpenter::kInitializedLabel), "true"}},
             node.metadata.labels, &patch, "labels");
  return Versioned(std::move(patch), node);
}

json::Value ReleaseNode(const Claim& claim, const api::Node& node,
                        const std::vector<Claim>& others) {
  Labels kept;
  for (const Claim& other : others) {
    if (other.metadata().uid == claim.metadata().uid ||
        other.node_name() != node.metadata.name) {
      continue;
    }
    kept.merge(LabelsOf(other));
    kept[std::string(api::karpenter::kInitializedLabel)] = "true";
  }
  Labels ours = LabelsOf(claim);
  ours[std::string(api::karpenter::kInitializedLabel)] = "true";
  json::Value patch;
  for (const auto& [key, value] : ours) {
    if (node.metadata.label(key) == value && !kept.contains(key)) {
      patch["metadata"]["labels"][key] = nullptr;
    }
  }
  return Versioned(std::move(patch), node);
}

}  // namespace kaito::provisioner
