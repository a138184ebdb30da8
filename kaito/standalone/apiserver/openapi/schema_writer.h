#ifndef KAITO_STANDALONE_APISERVER_OPENAPI_SCHEMA_WRITER_H_
#define KAITO_STANDALONE_APISERVER_OPENAPI_SCHEMA_WRITER_H_

// OpenAPI of single schemas, in the dialect of version 2 or 3. Named types are
// written once, and referred to. For openapi_document.h.

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {

class SchemaWriter {
 public:
  enum class Dialect : uint8_t { kV2, kV3 };

  explicit SchemaWriter(Dialect dialect) : dialect_(dialect) {}

  // Writes the schema of a kind under that name, with `extra` members beside
  // it, and all types that it refers to.
  void AddKind(absl::string_view name, const Schema& schema,
               const json::Object& extra);

  // {"$ref": …} of a name.
  json::Value Reference(absl::string_view name) const;

  json::Object Take() && { return std::move(definitions_); }

 private:
  json::Value Body(const Schema& schema);
  json::Value PropertyOf(const SchemaProperty& property);
  // A reference to a named type, or its body.
  json::Value Use(const Schema& schema);
  void WriteChecks(const Schema& schema, json::Value& out);
  void Drain();

  const Dialect dialect_;
  json::Object definitions_;
  std::vector<const Schema*> waiting_;  // Named, referred to, not yet written.
};

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_OPENAPI_SCHEMA_WRITER_H_
