#include "kaito/api/core/controller_revision.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const ControllerRevision*) {
  using T = ControllerRevision;
  static const StructType& type = OpenStruct<T>(
      "A numbered state of what was asked for.",
      {Of("apiVersion", &T::api_version, "Always apps/v1."),
       Of("kind", &T::kind, "Always ControllerRevision."),
       Of("metadata", &T::metadata, "Name, labels, owners."),
       Of("data", &T::data, "The state."),
       Of("revision", &T::revision, "Its number.").Required().Always()});
  return type;
}

}  // namespace kaito::api
