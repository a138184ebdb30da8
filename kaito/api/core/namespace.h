#ifndef KAITO_API_CORE_NAMESPACE_H_
#define KAITO_API_CORE_NAMESPACE_H_

// A namespace: a space of names, and of rights.

#include <optional>
#include <string>
#include <vector>

#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct NamespaceSpec {
  std::vector<std::string> finalizers;
  json::Object others;

  bool operator==(const NamespaceSpec& other) const = default;
};

struct NamespaceStatus {
  std::string phase;  // "Active" or "Terminating".
  json::Object others;

  bool operator==(const NamespaceStatus& other) const = default;
};

struct Namespace {
  static constexpr KindInfo kKind = {.group = "",
                                     .version = "v1",
                                     .kind = "Namespace",
                                     .plural = "namespaces",
                                     .namespaced = false};

  std::string api_version = "v1";
  std::string kind = "Namespace";
  ObjectMeta metadata;
  std::optional<NamespaceSpec> spec;
  std::optional<NamespaceStatus> status;
  json::Object others;
};

const StructType& Describe(const NamespaceSpec*);
const StructType& Describe(const NamespaceStatus*);
const StructType& Describe(const Namespace*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_NAMESPACE_H_
