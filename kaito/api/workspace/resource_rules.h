#ifndef KAITO_API_WORKSPACE_RESOURCE_RULES_H_
#define KAITO_API_WORKSPACE_RESOURCE_RULES_H_

// Rules about workspace.resource, partitions aside. Private to validation.

#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::api {

void CheckResource(const Workspace& workspace, const ValidationFacts& facts,
                   FieldErrors& errors);

// Whether the instance type is the one that v1alpha1's schema fills in, so that
// nobody need have asked for it.
bool HasInstanceTypeByDefault(const Workspace& workspace);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_RESOURCE_RULES_H_
