#ifndef KAITO_OPERATOR_RENDER_SETTINGS_H_
#define KAITO_OPERATOR_RENDER_SETTINGS_H_

// Settings: what the installation decides for all Workspaces. main() fills it
// from flags and environment; pure code gets it as a value.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "kaito/api/machine/claim_builder.h"
#include "kaito/base/version/version.h"

namespace kaito::controller {

// The kind by which nodes are asked for.
enum class ClaimKind : uint8_t { kMachine, kNodeClaim };

struct Settings {
  std::string runtime_image = absl::StrCat("kaito/runtime:", kVersion);
  // Registry and path of the model images, "mcr.microsoft.com/aks/kaito".
  // Empty: there are none.
  std::string preset_registry = "mcr.microsoft.com/aks/kaito";
  // Whether pods may download weights from the hub.
  bool hub_downloads = true;
  // False: nodes are the user's own, and none are created.
  bool node_auto_provisioning = true;
  ClaimKind claim_kind = ClaimKind::kMachine;
  api::NodeRequest::Cloud cloud = api::NodeRequest::Cloud::kAzure;
  std::string node_image_family = "ubuntu";
  std::string node_class = "default";
  // The whole system is this one machine, whose node costs nothing.
  bool standalone = false;
  // Data and registries may be on private and loopback addresses.
  bool allow_private_addresses = false;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_RENDER_SETTINGS_H_
