#ifndef KAITO_PROVISIONER_LIFECYCLE_NODE_PATCH_H_
#define KAITO_PROVISIONER_LIFECYCLE_NODE_PATCH_H_

// Merge patches that bind a Node to its claim and let it go again. Pure. Each
// holds the Node's version, so that it fails where someone else was faster, and
// is null where nothing is to be changed.
//
//   const json::Value patch = RegisterNode(claim, node, /*shared=*/false);
//   if (!patch.is_null()) client.Patch(nodes, key, PatchType::kMerge, patch, ...)

#include <vector>

#include "kaito/api/core/node.h"
#include "kaito/base/json/value.h"
#include "kaito/provisioner/lifecycle/claim.h"

namespace kaito::provisioner {

// Labels of the claim and karpenter.sh/registered; where the node is the
// claim's own, also its annotations and taints, and the claim as its owner.
json::Value RegisterNode(const Claim& claim, const api::Node& node,
                         bool shared);

// karpenter.sh/initialized.
json::Value InitializeNode(const api::Node& node);

// Takes the claim's labels off a shared node, but for those that another claim
// of the node has, too.
json::Value ReleaseNode(const Claim& claim, const api::Node& node,
                        const std::vector<Claim>& others);

}  // namespace kaito::provisioner

#endif  // KAITO_PROVISIONER_LIFECYCLE_NODE_PATCH_H_
