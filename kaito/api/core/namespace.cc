#include "kaito/api/core/namespace.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const NamespaceSpec*) {
  using T = NamespaceSpec;
  static const StructType& type = OpenStruct<T>(
      "What is set about a namespace.",
      {Of("finalizers", &T::finalizers, "Who must agree before it is gone.")});
  return type;
}

const StructType& Describe(const NamespaceStatus*) {
  using T = NamespaceStatus;
  static const StructType& type =
      OpenStruct<T>("What is known of a namespace.",
                    {Of("phase", &T::phase, "Active or Terminating.")});
  return type;
}

const StructType& Describe(const Namespace*) {
  using T = Namespace;
  static const StructType& type =
      OpenStruct<T>("A space of names.",
                    {Of("apiVersion", &T::api_version, "Always v1."),
                     Of("kind", &T::kind, "Always Namespace."),
                     Of("metadata", &T::metadata, "Name, labels, owners."),
                     Of("spec", &T::spec, "What is set about it."),
                     Of("status", &T::status, "What is known of it.")});
  return type;
}

}  // namespace kaito::api
