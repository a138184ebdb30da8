#include "kaito/api/core/lease.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const LeaseSpec*) {
  using T = LeaseSpec;
  static const StructType& type = OpenStruct<T>(
      "Who holds a lease.",
      {Of("holderIdentity", &T::holder_identity, "Who holds it."),
       Of("leaseDurationSeconds", &T::lease_duration_seconds,
          "How long, after the last renewal."),
       Of("acquireTime", &T::acquire_time, "Since when."),
       Of("renewTime", &T::renew_time, "When it was renewed last."),
       Of("leaseTransitions", &T::lease_transitions,
          "How often the holder has changed.")});
  return type;
}

const StructType& Describe(const Lease*) {
  using T = Lease;
  static const StructType& type = OpenStruct<T>(
      "Who holds something, and until when.",
      {Of("apiVersion", &T::api_version, "Always coordination.k8s.io/v1."),
       Of("kind", &T::kind, "Always Lease."),
       Of("metadata", &T::metadata, "Name, labels, owners."),
       Of("spec", &T::spec, "Who holds it.")});
  return type;
}

}  // namespace kaito::api
