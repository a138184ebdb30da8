#ifndef KAITO_STANDALONE_APISERVER_REST_RENDER_H_
#define KAITO_STANDALONE_APISERVER_REST_RENDER_H_

// In which form a client wants its answer: the object, its metadata alone, or a
// Table that kubectl prints. Pure.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"

namespace kaito::apiserver {

struct Form {
  enum class Kind : uint8_t { kObject, kTable, kMetadata };
  Kind kind = Kind::kObject;
  std::string meta_version = "v1";  // Of meta.k8s.io, for tables and metadata.
  bool yaml = false;                // Of kObject only.
};

// From the header Accept, in its order; nullopt where nothing of it is served
// (406). No header: the object.
std::optional<Form> NegotiateForm(absl::string_view accept);

// One object, as asked for. Tables have their columns; `include_object` is the
// query's includeObject.
json::Value Render(const ResourceDefinition& resource, const Form& form,
                   absl::string_view include_object, const json::Value& object,
                   absl::Time now);

// Pieces of a table for lists.
json::Value TableColumns(const ResourceDefinition& resource);
json::Value TableRow(const ResourceDefinition& resource, const Form& form,
                     absl::string_view include_object,
                     const json::Value& object, absl::Time now);

// The object with nothing but its metadata.
json::Value MetadataOnly(const Form& form, const json::Value& object);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_REST_RENDER_H_
