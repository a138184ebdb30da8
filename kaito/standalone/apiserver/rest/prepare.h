#ifndef KAITO_STANDALONE_APISERVER_REST_PREPARE_H_
#define KAITO_STANDALONE_APISERVER_REST_PREPARE_H_

// What the server itself does to an object that is about to be stored:
// identity, the fields that are its own (uid, times, generation), the parts
// that an endpoint may not touch, defaults and checks. Pure: time and ids come
// in as values. Errors are ApiStatus (api/meta/api_status.h) as absl::Status.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/rest/request_info.h"

namespace kaito::apiserver {

// 400 unless apiVersion, kind, namespace and name (where given) are those of
// the request; what is absent is filled in. `name` may be empty.
absl::Status CheckIdentity(const ResourceDefinition& resource,
                           absl::string_view ns, absl::string_view name,
                           json::Value& object);

// Removes fields that the kind lacks. With kStrict they are a 400 with all of
// them; with kWarn, lines for `warnings`.
absl::Status RemoveUnknown(const ResourceDefinition& resource,
                           FieldValidation validation, json::Value& object,
                           std::vector<std::string>& warnings);

struct NewObject {
  std::string uid;
  std::string name_suffix;  // For metadata.generateName.
  absl::Time now;
};

absl::Status PrepareCreate(const ResourceDefinition& resource,
                           const NewObject& facts, json::Value& object);

// `object` is what the endpoint was sent; becomes what may be stored. 409 where
// its uid or resourceVersion is not that of `old`.
absl::Status PrepareUpdate(const ResourceDefinition& resource,
                           absl::string_view subresource,
                           const json::Value& old, json::Value& object);

// Defaults, then all checks: 422 with every error. `before` is null at a
// creation.
absl::Status Admit(const ResourceDefinition& resource,
                   const json::Value* before, json::Value& object,
                   std::vector<std::string>& warnings);

// Raises metadata.generation where what it counts has changed.
void CountGeneration(const ResourceDefinition& resource, const json::Value& old,
                     json::Value& object);

// Whether nothing has changed but the server's own bookkeeping.
bool SameContent(const json::Value& a, const json::Value& b);

bool IsBeingDeleted(const json::Value& object);
bool HasFinalizers(const json::Value& object);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_REST_PREPARE_H_
