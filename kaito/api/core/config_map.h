#ifndef KAITO_API_CORE_CONFIG_MAP_H_
#define KAITO_API_CORE_CONFIG_MAP_H_

// A ConfigMap: texts by key, for pods and people.

#include <map>
#include <optional>
#include <string>

#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct ConfigMap {
  static constexpr KindInfo kKind = {.group = "",
                                     .version = "v1",
                                     .kind = "ConfigMap",
                                     .plural = "configmaps"};

  std::string api_version = "v1";
  std::string kind = "ConfigMap";
  ObjectMeta metadata;
  std::map<std::string, std::string> data;
  std::map<std::string, std::string> binary_data;  // In base64.
  std::optional<bool> immutable;
  json::Object others;
};

const StructType& Describe(const ConfigMap*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_CONFIG_MAP_H_
