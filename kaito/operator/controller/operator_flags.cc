#include "kaito/operator/controller/operator_flags.h"

#include "kaito/api/machine/claim_builder.h"
#include "kaito/base/flags/flags.h"
#include "kaito/operator/controller/workspace_operator.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {

void AddOperatorFlags(FlagSet& flags, OperatorOptions* options) {
  using Cloud = api::NodeRequest::Cloud;
  Settings& settings = options->reconciler.observer.settings;
  flags.Group("Pods");
  flags
      .Add("runtime-image", &settings.runtime_image,
           "Image of the runtime's program.")
      .Value("IMAGE");
  flags
      .Add("preset-registry", &settings.preset_registry,
           "Registry and path of the model images; empty: there are none.")
      .Value("PREFIX");
  flags.Add("hub-downloads", &settings.hub_downloads,
            "Let pods download weights from the hub.");
  flags.Add("allow-private-addresses", &settings.allow_private_addresses,
            "Let data and registries be on private and loopback addresses.");
  flags.Group("Nodes");
  flags.Add("node-auto-provisioning", &settings.node_auto_provisioning,
            "Create nodes. Without it they are the user's own.");
  flags.AddEnum(
      "node-claims", &settings.claim_kind,
      {{"machine", ClaimKind::kMachine}, {"nodeclaim", ClaimKind::kNodeClaim}},
      "Kind of object by which nodes are asked for.");
  flags.AddEnum("cloud-provider", &settings.cloud,
                {{"azure", Cloud::kAzure},
                 {"aws", Cloud::kAws},
                 {"other", Cloud::kOther}},
                "Whose nodes they are.");
  flags
      .Add("default-node-image-family", &settings.node_image_family,
           "Of nodes whose Workspace names none: ubuntu or azurelinux.")
      .Value("FAMILY");
  flags.Group("Operator");
  flags.Add("workers", &options->workers,
            "How many Workspaces are looked at at once.");
  flags
      .Add("http-address", &options->http_address,
           "Address of /metrics, /healthz and /readyz.")
      .Value("IP");
  flags.Add("http-port", &options->http_port,
            "Their port; 0: a free one; -1: none.");
}

void FinishOperatorOptions(OperatorOptions& options) {
  const Settings& settings = options.reconciler.observer.settings;
  options.reconciler.facts.node_auto_provisioning =
      settings.node_auto_provisioning;
  options.reconciler.facts.allow_private_addresses =
      settings.allow_private_addresses;
}

}  // namespace kaito::controller
