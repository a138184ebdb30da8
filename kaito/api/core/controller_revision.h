#ifndef KAITO_API_CORE_CONTROLLER_REVISION_H_
#define KAITO_API_CORE_CONTROLLER_REVISION_H_

// A ControllerRevision: a numbered state of what a controller was asked for.
// Immutable but for its number.

#include <cstdint>
#include <string>

#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct ControllerRevision {
  static constexpr KindInfo kKind = {.group = "apps",
                                     .version = "v1",
                                     .kind = "ControllerRevision",
                                     .plural = "controllerrevisions"};

  std::string api_version = "apps/v1";
  std::string kind = "ControllerRevision";
  ObjectMeta metadata;
  json::Value data;  // Anything.
  int64_t revision = 0;
  json::Object others;
};

const StructType& Describe(const ControllerRevision*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_CONTROLLER_REVISION_H_
