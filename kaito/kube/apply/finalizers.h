#ifndef KAITO_KUBE_APPLY_FINALIZERS_H_
#define KAITO_KUBE_APPLY_FINALIZERS_H_

// Adds and removes one finalizer, without a chance to lose anyone else's: the
// patch holds a test of what was read, and fails where that has changed.
//
//   if (!ws.metadata.HasFinalizer(kFinalizer)) {
//     return AddFinalizer(client, gvr, ws.metadata, kFinalizer, stop);
//   }                              // And act in the reconcile that sees it.
//
// Aborted: someone changed the list meanwhile; read again and run again.

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {

// OK where it is there already. FailedPrecondition where the object is being
// deleted: no server takes new ones then.
absl::Status AddFinalizer(ApiClient& client,
                          const api::GroupVersionResource& gvr,
                          const api::ObjectMeta& object,
                          absl::string_view finalizer, const StopToken& stop);

// OK where it, or the object, is gone already.
absl::Status RemoveFinalizer(ApiClient& client,
                             const api::GroupVersionResource& gvr,
                             const api::ObjectMeta& object,
                             absl::string_view finalizer,
                             const StopToken& stop);

}  // namespace kaito::kube

#endif  // KAITO_KUBE_APPLY_FINALIZERS_H_
