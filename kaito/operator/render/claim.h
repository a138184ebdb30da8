#ifndef KAITO_OPERATOR_RENDER_CLAIM_H_
#define KAITO_OPERATOR_RENDER_CLAIM_H_

// The Machine or NodeClaim by which a Workspace asks for one node, as JSON
// since the two kinds differ.
//
//   const json::Value machine =
//       RenderClaim(workspace, {.ordinal = 0}, preset, settings);

#include <cstdint>

#include "kaito/api/meta/gvk.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/operator/presets/preset.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {

struct ClaimOrdinal {
  int64_t ordinal = 0;  // Which of the Workspace's nodes.
  int64_t attempt = 0;  // Counts nodes that were given up.
};

// The kind that the settings choose.
const api::KindInfo& ClaimKindInfo(ClaimKind kind);

// `preset`: nullptr for a pod template of the user's own.
json::Value RenderClaim(const api::Workspace& workspace, ClaimOrdinal ordinal,
                        const Preset* preset, const Settings& settings);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_RENDER_CLAIM_H_
