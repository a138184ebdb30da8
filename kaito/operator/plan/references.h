#ifndef KAITO_OPERATOR_PLAN_REFERENCES_H_
#define KAITO_OPERATOR_PLAN_REFERENCES_H_

// The Secrets and the ConfigMap that a Workspace names: what has to be looked
// up to plan it.

#include <optional>
#include <string>
#include <vector>

#include "kaito/api/workspace/workspace.h"

namespace kaito::controller {

struct SecretUse {
  std::string name;
  std::string key;   // That the pods read.
  std::string path;  // Where the Workspace names it.
};

// Each use; a Secret may be there twice.
std::vector<SecretUse> SecretsOf(const api::Workspace& workspace);

struct ConfigMapUse {
  std::string name;
  std::string key;
  std::string path;  // Empty: our copy of a template.
  bool is_ours() const { return path.empty(); }
};

// The recipe or the server's settings; nullopt where there are none.
std::optional<ConfigMapUse> ConfigMapOf(const api::Workspace& workspace);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_REFERENCES_H_
