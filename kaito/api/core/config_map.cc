#include "kaito/api/core/config_map.h"

#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

const StructType& Describe(const ConfigMap*) {
  using T = ConfigMap;
  static const StructType& type = OpenStruct<T>(
      "Texts by key.",
      {Of("apiVersion", &T::api_version, "Always v1."),
       Of("kind", &T::kind, "Always ConfigMap."),
       Of("metadata", &T::metadata, "Name, labels, owners."),
       Of("data", &T::data, "Texts in UTF-8."),
       Of("binaryData", &T::binary_data, "Other bytes, in base64."),
       Of("immutable", &T::immutable, "Whether it can never change.")});
  return type;
}

}  // namespace kaito::api
