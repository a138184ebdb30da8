#ifndef KAITO_API_CORE_LOCAL_REFERENCE_H_
#define KAITO_API_CORE_LOCAL_REFERENCE_H_

// References from a pod to objects of its own namespace.

#include <optional>
#include <string>

#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

// A Secret, ConfigMap or claim, by name.
struct LocalObjectReference {
  std::string name;
  json::Object others;

  bool operator==(const LocalObjectReference& other) const = default;
};

// One key of a ConfigMap or Secret.
struct KeySelector {
  std::string name;
  std::string key;
  std::optional<bool> optional;  // No error where it is missing.
  json::Object others;

  bool operator==(const KeySelector& other) const = default;
};

// A key of a ConfigMap or Secret as a file of a volume.
struct KeyToPath {
  std::string key;
  std::string path;  // Relative, without "..".
  std::optional<int32_t> mode;
  json::Object others;

  bool operator==(const KeyToPath& other) const = default;
};

const StructType& Describe(const LocalObjectReference*);
const StructType& Describe(const KeySelector*);
const StructType& Describe(const KeyToPath*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_LOCAL_REFERENCE_H_
