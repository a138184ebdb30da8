#ifndef KAITO_API_CRD_CRD_H_
#define KAITO_API_CRD_CRD_H_

// A CustomResourceDefinition (apiextensions.k8s.io/v1) as data: what tells an
// API server that a kind exists, how its objects look and what `kubectl get`
// prints of them. Each kind has a function that fills one in (workspace/crd.h);
// the reviewed files under kaito/api/crds are written from those.
//
//   const CustomResourceDefinition crd = {
//       .group = "kaito.sh", .kind = "Workspace", .plural = "workspaces",
//       .versions = {{.name = "v1beta1", .storage = true,
//                     .schema = RootSchema(TypeFor<Workspace>(), options)}}};
//   const json::Value object = ToJson(crd);
//
// No conversion webhooks: all versions of a kind have the same shape.

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

struct CrdOptions {
  // With rules in the Common Expression Language, for API servers from 1.25 on;
  // older ones refuse or drop them.
  bool cel = false;
};

// A column of `kubectl get`.
struct PrinterColumn {
  std::string name;  // kubectl prints it in upper case.
  std::string type;  // "string", "integer", "number", "boolean" or "date".
  std::string json_path;
  std::string description;
  // 0: always. 1: with -o wide only.
  int priority = 0;
};

struct CrdVersion {
  std::string name;
  bool served = true;
  bool storage = false;  // Of exactly one version.
  json::Value schema;    // See RootSchema().
  std::vector<PrinterColumn> columns;
  bool status_subresource = true;
};

struct CustomResourceDefinition {
  enum class Scope { kNamespaced, kCluster };

  std::string group;
  std::string kind;
  std::string plural;
  std::string singular;   // Empty: the kind in lower case.
  std::string list_kind;  // Empty: the kind, and "List".
  std::vector<std::string> short_names;
  std::vector<std::string> categories;
  std::map<std::string, std::string> annotations;
  Scope scope = Scope::kNamespaced;
  std::vector<CrdVersion> versions;
};

// The schema of a whole object, described with apiVersion, kind and metadata.
// An API server checks metadata by itself and wants it left open here.
json::Value RootSchema(const Type& type, const CrdOptions& options);

// The column that shows the status of one condition.
PrinterColumn ConditionColumn(absl::string_view condition_type,
                              absl::string_view description, int priority);

// The object to apply. Its name is "plural.group".
json::Value ToJson(const CustomResourceDefinition& crd);

}  // namespace kaito::api

#endif  // KAITO_API_CRD_CRD_H_
