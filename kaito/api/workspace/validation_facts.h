#ifndef KAITO_API_WORKSPACE_VALIDATION_FACTS_H_
#define KAITO_API_WORKSPACE_VALIDATION_FACTS_H_

// What validation must know about the world. It looks nothing up by itself:
// the webhook, `--plan-only` and tests fill this in.

#include <string>
#include <vector>

#include "kaito/api/workspace/preset_catalog.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

// Of KAITO's --feature-gates, those that rules depend on.
struct FeatureGates {
  bool enable_mig = false;
  bool enable_accelerator = false;
  bool model_streaming = false;
};

struct ValidationFacts {
  // Outlives the call. nullptr: names of presets are not looked up.
  const PresetCatalog* presets = nullptr;
  // False where nodes are the user's own (disableNodeAutoProvisioning).
  bool node_auto_provisioning = true;
  // Instance types that can be had, by name or by the start of it, in any
  // case. Both empty: any, as the provider for this machine takes it.
  std::vector<std::string> instance_types;
  std::vector<std::string> instance_type_prefixes;
  // NodeClasses of KAITO's. Empty: no Karpenter, and nothing to check.
  std::vector<std::string> node_classes;
  FeatureGates gates;
  // Whether data may come from this machine, the cluster or the site.
  bool allow_private_addresses = false;
  // Parsed training_config.yaml or inference_config.yaml of the ConfigMap that
  // the Workspace names. nullptr: not read, and not checked.
  const json::Value* training_config = nullptr;
  const json::Value* inference_config = nullptr;
};

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_VALIDATION_FACTS_H_
