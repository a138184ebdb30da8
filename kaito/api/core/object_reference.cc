#include "kaito/api/core/object_reference.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

ObjectReference ReferenceTo(const ObjectMeta& object,
                            const GroupVersionKind& kind) {
  return {.api_version = kind.api_version(),
          .kind = kind.kind,
          .ns = object.ns,
          .name = object.name,
          .uid = object.uid,
          .resource_version = object.resource_version};
}

const StructType& Describe(const ObjectReference*) {
  using T = ObjectReference;
  static const StructType& type = OpenStruct<T>(
      "A reference to an object.",
      {Of("apiVersion", &T::api_version, "Of the object."),
       Of("kind", &T::kind, "Of the object."),
       Of("namespace", &T::ns, "Of the object."),
       Of("name", &T::name, "Of the object."),
       Of("uid", &T::uid, "Of the object."),
       Of("resourceVersion", &T::resource_version, "Of the object, when seen."),
       Of("fieldPath", &T::field_path, "A part of the object.")});
  return type;
}

}  // namespace kaito::api
