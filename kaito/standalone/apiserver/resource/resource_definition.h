#ifndef KAITO_STANDALONE_APISERVER_RESOURCE_RESOURCE_DEFINITION_H_
#define KAITO_STANDALONE_APISERVER_RESOURCE_RESOURCE_DEFINITION_H_

// All that the server knows of one version of one kind. The verbs are the same
// for every kind; what differs stands here, as data and as a few pure
// functions.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {

// A column of `kubectl get`.
struct TableColumn {
  std::string name;
  std::string type = "string";  // Or "integer", "number", "boolean", "date".
  std::string format;           // "name" of the first one.
  std::string description;
  int priority = 0;  // 1: with -o wide only.
};

// Paths of plain names, such as ".spec.replicas".
struct ScalePaths {
  std::string spec_replicas;
  std::string status_replicas;
  std::string selector;  // Of its text, or of a LabelSelector; may be empty.
};

struct AdmissionVerdict {
  api::FieldErrors errors;            // Any: refused.
  std::vector<std::string> warnings;  // For the user to read.
};

// `before` is null at a creation. Called after defaults and the schema's own
// checks, which passed.
using ValidateHook = std::function<AdmissionVerdict(const json::Value* before,
                                                    const json::Value& after)>;
// Defaults that a schema can't say. Twice is as good as once.
using DefaultHook = std::function<void(json::Value& object)>;
// Cells in the order of the columns.
using RowPrinter =
    std::function<json::Array(const json::Value& object, absl::Time now)>;

// For the program that embeds the server: what its own kinds need besides their
// CustomResourceDefinitions.
struct ResourceHooks {
  DefaultHook set_defaults;
  ValidateHook validate;
};

struct ResourceDefinition {
  std::string group;
  std::string version;
  std::string kind;
  std::string list_kind;
  std::string plural;
  std::string singular;
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  bool namespaced = true;

  SchemaPtr schema;
  bool custom = false;  // From a CustomResourceDefinition.
  // A part of the object that only its own endpoint writes.
  bool status = false;
  std::optional<ScalePaths> scale;
  // Whether metadata.generation counts changes beside metadata and status.
  bool counts_generations = true;
  // Ends only when who runs it says so: pods.
  bool graceful_deletion = false;
  // Answers a POST at once and is not stored: access reviews.
  std::function<void(json::Value& object)> answer;
  // Besides metadata.name and metadata.namespace.
  std::vector<std::string> selectable_fields;

  std::vector<TableColumn> columns;  // Empty: name and age.
  RowPrinter print_row;

  DefaultHook set_defaults;
  ValidateHook validate;

  // Where another version is stored: to its shape and back. apiVersion and kind
  // are the server's business.
  std::function<void(json::Value& object)> to_storage;
  std::function<void(json::Value& object)> from_storage;
  std::string storage_api_version;  // Empty: this one.
  std::string storage_resource;     // "events", "jobs.batch".

  std::string api_version() const {
    return api::GroupVersion{group, version}.ToString();
  }
  api::GroupVersionResource gvr() const { return {group, version, plural}; }
  api::GroupVersionKind gvk() const { return {group, version, kind}; }
};

using ResourcePtr = std::shared_ptr<const ResourceDefinition>;

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_RESOURCE_RESOURCE_DEFINITION_H_
