#ifndef KAITO_STANDALONE_APISERVER_REST_VERBS_H_
#define KAITO_STANDALONE_APISERVER_REST_VERBS_H_

// The verbs of the API on any kind: a request as values in, an object or an
// error out. No HTTP here. Writes take one transaction each.
//
//   KAITO_ASSIGN_OR_RETURN(Answer answer, verbs.Create(call, body));
//
// Errors are ApiStatus as absl::Status (api/meta/api_status.h).

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/object/managed_fields.h"
#include "kaito/standalone/apiserver/resource/registry.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/deletion.h"
#include "kaito/standalone/apiserver/rest/id_source.h"
#include "kaito/standalone/apiserver/rest/request_info.h"
#include "kaito/standalone/apiserver/rest/service_address.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {

// One request on a resource.
struct Call {
  ResourcePtr resource;
  RequestInfo info;
  RequestOptions options;
  std::string manager;  // Who owns what is written; options.field_manager, or
                        // from the client's User-Agent.
};

struct Answer {
  int code = 200;
  json::Value object;
  std::vector<std::string> warnings;
};

enum class PatchKind : uint8_t { kJson, kMerge, kStrategic, kApply };

class Verbs {
 public:
  // All outlive it.
  Verbs(Store& store, Registry& registry, Clock& clock, IdSource& ids,
        const ServiceRange& services)
      : store_(store),
        registry_(registry),
        clock_(clock),
        ids_(ids),
        services_(services) {}

  absl::StatusOr<Answer> Create(const Call& call, json::Value object);
  absl::StatusOr<Answer> Update(const Call& call, json::Value object);
  // An apply creates what isn't there.
  absl::StatusOr<Answer> Patch(const Call& call, PatchKind kind,
                               const json::Value& patch);
  // The object where it stays for a while, else a Status.
  absl::StatusOr<Answer> Delete(const Call& call,
                                const DeletionOptions& options);
  // Those of the collection that the selectors match.
  absl::StatusOr<Answer> DeleteCollection(const Call& call,
                                          const DeletionOptions& options);
  absl::StatusOr<Answer> Get(const Call& call);

 private:
  // From the old object, in the call's version, to what is asked for.
  using Change =
      absl::FunctionRef<absl::StatusOr<json::Value>(const json::Value& old)>;

  Writer WriterOf(const Call& call) const;
  absl::StatusOr<Answer> CreateSubresource(const Call& call,
                                           const json::Value& body);
  absl::StatusOr<Answer> Modify(const Call& call, Change change);
  absl::StatusOr<Answer> Apply(const Call& call, json::Value applied);
  absl::Status ApplyIn(Transaction& transaction, const Call& call,
                       const json::Value& applied, Answer& answer);
  absl::Status ModifyIn(Transaction& transaction, const Call& call,
                        const json::Value& old, json::Value object,
                        Answer& answer);
  absl::Status Insert(Transaction& transaction, const Call& call,
                      json::Value& object);
  // The call's object as it is stored now, in the call's version; NotFound.
  absl::StatusOr<json::Value> Read(Snapshot& snapshot, const Call& call);
  absl::StatusOr<json::Value> Patched(const Call& call, PatchKind kind,
                                      const json::Value& patch,
                                      const json::Value& old);
  // After a change of CustomResourceDefinitions.
  absl::Status Refresh(const Call& call);

  Store& store_;
  Registry& registry_;
  Clock& clock_;
  IdSource& ids_;
  const ServiceRange services_;
};

// Tells the registry of all CustomResourceDefinitions in the store.
absl::Status LoadDefinitions(Store& store, Registry& registry);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_REST_VERBS_H_
