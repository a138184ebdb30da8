#ifndef KAITO_API_META_OWNER_REFERENCE_H_
#define KAITO_API_META_OWNER_REFERENCE_H_

// References from an object to the one that manages it: the garbage collector
// deletes it with its owner, and watches find the owner by it.
//
//   job.metadata.owner_references = {
//       ControllerReference(ws.metadata, Workspace::kKind.gvk())};
//
// The owner must be in the same namespace, or cluster-scoped.

#include "absl/status/status.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"

namespace kaito::api {

// With controller and blockOwnerDeletion set.
OwnerReference ControllerReference(const ObjectMeta& owner,
                                   const GroupVersionKind& kind);

// Whether both name the same object, whatever version they use. The uid may
// differ: the owner may have been made anew.
bool SameOwner(const OwnerReference& a, const OwnerReference& b);

// Whether `owner` is this very object's controller: by kind, name and uid.
bool IsControlledBy(const ObjectMeta& object, const ObjectMeta& owner,
                    const GroupVersionKind& kind);

// Adds the controller reference, or brings the uid of the one that is there up
// to date. FailedPrecondition where another controller owns the object:
// nothing is changed then.
absl::Status SetController(const ObjectMeta& owner,
                           const GroupVersionKind& kind, ObjectMeta& object);

}  // namespace kaito::api

#endif  // KAITO_API_META_OWNER_REFERENCE_H_
