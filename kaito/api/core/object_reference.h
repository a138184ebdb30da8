#ifndef KAITO_API_CORE_OBJECT_REFERENCE_H_
#define KAITO_API_CORE_OBJECT_REFERENCE_H_

// A reference to any object: what an event is about, the pod of an endpoint.

#include <string>

#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct ObjectReference {
  std::string api_version;
  std::string kind;
  std::string ns;  // "namespace".
  std::string name;
  std::string uid;
  std::string resource_version;
  std::string field_path;  // A part of the object.
  json::Object others;

  bool operator==(const ObjectReference& other) const = default;
};

ObjectReference ReferenceTo(const ObjectMeta& object,
                            const GroupVersionKind& kind);

const StructType& Describe(const ObjectReference*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_OBJECT_REFERENCE_H_
