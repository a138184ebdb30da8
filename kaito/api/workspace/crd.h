#ifndef KAITO_API_WORKSPACE_CRD_H_
#define KAITO_API_WORKSPACE_CRD_H_

// The CustomResourceDefinition of Workspaces. kaito/api/crds has it as files.

#include "kaito/api/crd/crd.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

json::Value WorkspaceCrd(const CrdOptions& options);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_CRD_H_
