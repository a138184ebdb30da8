#ifndef KAITO_STANDALONE_APISERVER_OBJECT_JSON_PATCH_H_
#define KAITO_STANDALONE_APISERVER_OBJECT_JSON_PATCH_H_

// JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7386). Pure.

#include <cstdint>

#include "absl/status/status.h"
#include "kaito/base/json/value.h"

namespace kaito::apiserver {

// Objects and arrays inside each other that a JSON patch may make: as many as
// the body of a request may have, so that what is stored can be read again.
inline constexpr int64_t kMaxPatchedDepth = 100;

// Operations in order; where one fails the target is left half changed, so
// give a copy. InvalidArgument for what is no patch, or makes too much or too
// deep an object; FailedPrecondition where a test fails or a place isn't there
// (an API server's 422).
absl::Status ApplyJsonPatch(const json::Value& patch, json::Value& target);

void ApplyMergePatch(const json::Value& patch, json::Value& target);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_OBJECT_JSON_PATCH_H_
