#ifndef KAITO_STANDALONE_APISERVER_OBJECT_STRATEGIC_MERGE_H_
#define KAITO_STANDALONE_APISERVER_OBJECT_STRATEGIC_MERGE_H_

// Kubernetes' strategic merge patch: as a merge patch, but lists are merged by
// the key that the schema names for them, and a patch may hold directives:
//
//   $patch: replace | delete | merge     of an object, or of an item of a list
//   $deleteFromPrimitiveList/<field>     values to take out of a list of scalars
//   $setElementOrder/<field>             the order that the merged list gets
//   $retainKeys                          the members of an object that may stay
//
// Pure. What the schema doesn't know is merged as a merge patch does.

#include "absl/status/status.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {

// InvalidArgument for directives that make no sense and items without their
// key. The target may then be half changed: give a copy.
absl::Status ApplyStrategicMerge(const Schema& schema, const json::Value& patch,
                                 json::Value& target);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_OBJECT_STRATEGIC_MERGE_H_
