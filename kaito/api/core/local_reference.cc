#include "kaito/api/core/local_reference.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const LocalObjectReference*) {
  static const StructType& type = OpenStruct<LocalObjectReference>(
      "An object of the same namespace.",
      {Of("name", &LocalObjectReference::name, "Its name.")});
  return type;
}

const StructType& Describe(const KeySelector*) {
  static const StructType& type = OpenStruct<KeySelector>(
      "A key of a ConfigMap or Secret.",
      {Of("name", &KeySelector::name, "Name of the object."),
       Of("key", &KeySelector::key, "The key.").Required().Always(),
       Of("optional", &KeySelector::optional, "Whether it may be missing.")});
  return type;
}

const StructType& Describe(const KeyToPath*) {
  static const StructType& type = OpenStruct<KeyToPath>(
      "A key as a file.",
      {Of("key", &KeyToPath::key, "The key.").Required().Always(),
       Of("path", &KeyToPath::path, "Relative path of the file.")
           .Required()
           .Always(),
       Of("mode", &KeyToPath::mode, "Permission bits of the file.")});
  return type;
}

}  // namespace kaito::api
