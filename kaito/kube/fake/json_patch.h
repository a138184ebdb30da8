#ifndef KAITO_KUBE_FAKE_JSON_PATCH_H_
#define KAITO_KUBE_FAKE_JSON_PATCH_H_

// Patches of JSON values, for FakeApiClient.
//
//   MergePatch({"spec": {"replicas": 2}}, deployment);
//   KAITO_RETURN_IF_ERROR(JsonPatch([{"op": "test", ...}], deployment));

#include "absl/status/status.h"
#include "kaito/base/json/value.h"

namespace kaito::kube {

// RFC 7396.
void MergePatch(const json::Value& patch, json::Value& target);

// RFC 6902 without move and copy. InvalidArgument (the server's 422) where a
// test fails or a path is not there; `target` may have changed by then.
absl::Status JsonPatch(const json::Value& patch, json::Value& target);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_FAKE_JSON_PATCH_H_
