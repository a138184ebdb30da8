#ifndef KAITO_API_MACHINE_CLAIM_VALIDATION_H_
#define KAITO_API_MACHINE_CLAIM_VALIDATION_H_

// What an API server with Karpenter's CRD and CEL refuses in a NodeClaim, for
// servers without them: standalone, and clusters before 1.25. All that is wrong
// is found at once.
//
//   const FieldErrors errors = ValidateNodeClaim(claim);
//   if (!errors.empty()) return InvalidStatus(kind, name, errors);

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/machine/node_claim.h"
#include "kaito/api/schema/field_error.h"

namespace kaito::api {

FieldErrors ValidateNodeClaim(const NodeClaim& claim);

// The spec never changes; metadata and status may.
FieldErrors ValidateNodeClaimUpdate(const NodeClaim& before,
                                    const NodeClaim& after);

// Durations of claims: numbers with s, m or h, such as "1h30m".
// InvalidArgument otherwise, and for "Never".
absl::StatusOr<absl::Duration> ParseClaimDuration(absl::string_view text);

}  // namespace kaito::api

#endif  // KAITO_API_MACHINE_CLAIM_VALIDATION_H_
