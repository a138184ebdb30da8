#include "kaito/operator/render/claim.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "kaito/api/machine/claim_builder.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/machine/node_claim.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/node_labels.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/operator/presets/preset.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {

const api::KindInfo& ClaimKindInfo(ClaimKind kind) {
  return kind == ClaimKind::kMachine ? api::Machine::kKind
                                     : api::NodeClaim::kKind;
}

json::Value RenderClaim(const api::Workspace& workspace, ClaimOrdinal ordinal,
                        const Preset* preset, const Settings& settings) {
  api::NodeRequest request = {
      .workspace = workspace.metadata.name,
      .ns = workspace.metadata.ns,
      .uid = workspace.metadata.uid,
      .ordinal = ordinal.ordinal,
      .attempt = ordinal.attempt,
      .instance_type = workspace.resource.instance_type,
      .cloud = settings.cloud,
      .image_family = settings.node_image_family,
      .node_class = settings.node_class,
  };
  if (workspace.resource.label_selector) {
    auto labels = api::NodeLabels(*workspace.resource.label_selector);
    if (labels.ok()) request.match_labels = *std::move(labels);
  }
  if (preset != nullptr && preset->disk_bytes > 0) {
    request.storage =
        api::Quantity(preset->disk_bytes, api::Quantity::Format::kBinarySi);
  }
  const auto& metadata = workspace.metadata;
  if (const absl::string_view family =
          metadata.annotation(api::annotation::kNodeImageFamily);
      !family.empty()) {
    request.image_family = absl::AsciiStrToLower(family);
  }
  if (const absl::string_view node_class =
          metadata.annotation(api::annotation::kNodeClassName);
      !node_class.empty()) {
    request.node_class = std::string(node_class);
  }
  return settings.claim_kind == ClaimKind::kMachine
             ? api::Encode(api::BuildMachine(request))
             : api::Encode(api::BuildNodeClaim(request));
}

}  // namespace kaito::controller
