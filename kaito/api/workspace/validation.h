#ifndef KAITO_API_WORKSPACE_VALIDATION_H_
#define KAITO_API_WORKSPACE_VALIDATION_H_

// Whether a Workspace may be stored, and what is wrong with it if not: all of
// it at once. Pure: facts about the world come in as values.
//
//   const FieldErrors errors = ValidateCreate(workspace, facts);
//   if (!errors.empty()) Deny(errors); else Allow(Warnings(workspace, facts));
//
// Paths are KAITO's, oddities included ("tuning.Method"): programs match them.
// Messages are ours. Two kinds of fault are deliberately no errors here. An
// output image that is no reference yet (the examples' placeholder) is a
// warning, and later a condition: CheckOutputImage(). Whether memory suffices
// is estimated elsewhere, and a warning too.
//
// What KAITO checks for the limits of the servers that it starts (vLLM takes no
// strength of adapters, transformers no second node, a Secret is only for
// models that are downloaded) is not checked: our runtime has no such limits.

#include <string>
#include <vector>

#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/validation_facts.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::api {

FieldErrors ValidateCreate(const Workspace& workspace,
                           const ValidationFacts& facts);

// What may not change, and what the change made wrong. What was wrong before,
// by newer rules perhaps, stays admitted while it stays as it was: an update of
// the status, of labels or of finalizers is never refused, nor anything while
// the object is being deleted. Of the annotations those are checked that KAITO
// reads and whose value changes.
FieldErrors ValidateUpdate(const Workspace& before, const Workspace& after,
                           const ValidationFacts& facts);

// For the user to read, one line each: nothing of it is refused.
std::vector<std::string> Warnings(const Workspace& workspace,
                                  const ValidationFacts& facts);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_VALIDATION_H_
