#include "kaito/standalone/apiserver/schema/type_docs.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "kaito/api/core/config_map.h"
#include "kaito/api/core/controller_revision.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/endpoints.h"
#include "kaito/api/core/event.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/lease.h"
#include "kaito/api/core/namespace.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/core/service.h"
#include "kaito/api/core/stateful_set.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/type.h"
#include "kaito/standalone/apiserver/schema/notation.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {
namespace {

// Below lists and maps.
const Schema* Innermost(const Schema* schema) {
  while (schema != nullptr && schema->element != nullptr) {
    schema = schema->element;
  }
  return schema;
}

const api::StructType* InnermostStruct(const api::Type* type) {
  while (type != nullptr && type->element() != nullptr) {
    type = type->element();
  }
  return type != nullptr ? type->as_struct() : nullptr;
}

class Docs {
 public:
  explicit Docs(SchemaTypes& types) {
    for (const auto& [name, schema] : types.by_name) own_[schema] = schema;
  }

  void Add(const Schema* schema, const api::StructType* type) {
    const auto own = own_.find(schema);
    if (type == nullptr || own == own_.end() || !seen_.insert(schema).second) {
      return;
    }
    if (own->second->doc.empty()) own->second->doc = type->doc();
    for (SchemaProperty& property : own->second->properties) {
      const api::Field* field = type->FindField(property.name);
      if (field == nullptr) continue;
      if (property.doc.empty()) property.doc = field->doc;
      Add(Innermost(property.schema), InnermostStruct(field->type));
    }
  }

 private:
  // From what others see to what may be changed.
  std::map<const Schema*, Schema*> own_;
  std::set<const Schema*> seen_;
};

}  // namespace

void AddTypeDocs(SchemaTypes& types) {
  const std::pair<const char*, const api::Type*> kinds[] = {
      {"ConfigMap", &api::TypeFor<api::ConfigMap>()},
      {"ControllerRevision", &api::TypeFor<api::ControllerRevision>()},
      {"Deployment", &api::TypeFor<api::Deployment>()},
      {"Endpoints", &api::TypeFor<api::Endpoints>()},
      {"Event", &api::TypeFor<api::Event>()},
      {"Job", &api::TypeFor<api::Job>()},
      {"Lease", &api::TypeFor<api::Lease>()},
      {"Namespace", &api::TypeFor<api::Namespace>()},
      {"Node", &api::TypeFor<api::Node>()},
      {"Pod", &api::TypeFor<api::Pod>()},
      {"Secret", &api::TypeFor<api::Secret>()},
      {"Service", &api::TypeFor<api::Service>()},
      {"StatefulSet", &api::TypeFor<api::StatefulSet>()},
  };
  Docs docs(types);
  for (const auto& [name, type] : kinds) {
    docs.Add(types.by_name.at(name), type->as_struct());
  }
}

}  // namespace kaito::apiserver
