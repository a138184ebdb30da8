#ifndef KAITO_STANDALONE_APISERVER_OBJECT_MANAGED_FIELDS_H_
#define KAITO_STANDALONE_APISERVER_OBJECT_MANAGED_FIELDS_H_

// Who owns which fields of an object (metadata.managedFields), and what a
// server-side apply makes of it:
//
// - what a manager applies is its intent: it owns those fields; what it applied
//   before and leaves out now goes, unless another manager owns it too;
// - a field that another manager owns with another value is a conflict, unless
//   forced;
// - any other write takes ownership of what it changes.
//
// Pure.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {

struct Writer {
  std::string manager;
  std::string api_version;  // In which the fields are meant.
  std::string subresource;  // "status", or empty.
  absl::Time now;
};

// Writes metadata.managedFields of `after`, which has metadata: a create (`before` is null), update
// or patch by the writer. Does nothing where nothing was changed.
void TrackUpdate(const Schema& schema, bool has_status, const Writer& writer,
                 const json::Value* before, json::Value& after);

struct Conflict {
  std::string manager;
  std::string how;    // " using apps/v1", " with subresource \"status\" …".
  std::string field;  // ".spec.replicas"
};

struct Applied {
  json::Value object;
  std::vector<Conflict> conflicts;  // Any: the object is not to be stored.
};

// `live` is null where the object is to be made. InvalidArgument where
// `applied` or the live managedFields can't be read.
absl::StatusOr<Applied> ApplyObject(const Schema& schema, bool has_status,
                                    const Writer& writer, bool force,
                                    const json::Value* live,
                                    const json::Value& applied);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_OBJECT_MANAGED_FIELDS_H_
