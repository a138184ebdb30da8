#ifndef KAITO_API_CORE_LEASE_H_
#define KAITO_API_CORE_LEASE_H_

// A lease: who holds something now, and until when. Leaders and nodes renew
// theirs.

#include <cstdint>
#include <optional>
#include <string>

#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct LeaseSpec {
  std::optional<std::string> holder_identity;  // Empty: given back.
  std::optional<int32_t> lease_duration_seconds;
  std::optional<MicroTimestamp> acquire_time;
  std::optional<MicroTimestamp> renew_time;
  std::optional<int32_t> lease_transitions;
  json::Object others;

  bool operator==(const LeaseSpec& other) const = default;
};

struct Lease {
  static constexpr KindInfo kKind = {.group = "coordination.k8s.io",
                                     .version = "v1",
                                     .kind = "Lease",
                                     .plural = "leases"};

  std::string api_version = "coordination.k8s.io/v1";
  std::string kind = "Lease";
  ObjectMeta metadata;
  LeaseSpec spec;
  json::Object others;
};

const StructType& Describe(const LeaseSpec*);
const StructType& Describe(const Lease*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_LEASE_H_
