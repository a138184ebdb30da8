#ifndef KAITO_STANDALONE_APISERVER_OBJECT_FIELD_SET_H_
#define KAITO_STANDALONE_APISERVER_OBJECT_FIELD_SET_H_

// A set of fields of an object, as metadata.managedFields writes it (FieldsV1):
//
//   {"f:spec":{"f:replicas":{},"f:ports":{"k:{\"port\":80}":{".":{}}}}}
//
// A tree whose steps are "f:<name>" (a member), "k:<keys>" (an item of a list
// map) and "v:<value>" (an item of a set). Pure; who owns which set is in
// managed_fields.h.

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"

namespace kaito::apiserver {

struct FieldSet {
  bool member = false;  // The place itself belongs to the set.
  std::map<std::string, FieldSet> below;

  bool empty() const { return !member && below.empty(); }
  const FieldSet* Find(const std::string& step) const;

  void Add(const FieldSet& other);
  // Takes out the members of the other one.
  void Remove(const FieldSet& other);
  // Members of both.
  FieldSet Common(const FieldSet& other) const;
  bool operator==(const FieldSet& other) const = default;
};

json::Value ToFieldsV1(const FieldSet& set);
// InvalidArgument for what is none; unknown kinds of steps are kept.
absl::StatusOr<FieldSet> FromFieldsV1(const json::Value& fields);

// Members as paths for people: ".spec.ports[port=80].name".
std::vector<std::string> PathsOf(const FieldSet& set);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_OBJECT_FIELD_SET_H_
