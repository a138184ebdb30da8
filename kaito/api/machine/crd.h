#ifndef KAITO_API_MACHINE_CRD_H_
#define KAITO_API_MACHINE_CRD_H_

// The CustomResourceDefinitions of Machines, NodeClaims and KaitoNodeClasses.
// kaito/api/crds has them as files.

#include "kaito/api/crd/crd.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

json::Value MachineCrd(const CrdOptions& options);
json::Value NodeClaimCrd(const CrdOptions& options);
json::Value KaitoNodeClassCrd(const CrdOptions& options);

}  // namespace kaito::api

#endif  // KAITO_API_MACHINE_CRD_H_
