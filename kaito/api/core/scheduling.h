#ifndef KAITO_API_CORE_SCHEDULING_H_
#define KAITO_API_CORE_SCHEDULING_H_

// Which pods may run on which nodes: taints, tolerations, node affinity, and
// the requirements that claims for nodes are made of.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "kaito/api/meta/time.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

// A node refuses pods without a matching toleration.
struct Taint {
  std::string key;
  std::string value;
  std::string effect;  // NoSchedule, PreferNoSchedule or NoExecute.
  std::optional<Timestamp> time_added;
  json::Object others;

  bool operator==(const Taint& other) const = default;
};

struct Toleration {
  std::string key;  // Empty: all keys; the operator is Exists then.
  std::string op;   // "operator": Equal (also where empty) or Exists.
  std::string value;
  std::string effect;  // Empty: all.
  std::optional<int64_t> toleration_seconds;
  json::Object others;

  bool operator==(const Toleration& other) const = default;
};

// Whether a pod with that toleration may go where that taint is.
bool Tolerates(const Toleration& toleration, const Taint& taint);

struct NodeSelectorRequirement {
  std::string key;
  std::string op;  // "operator": In, NotIn, Exists, DoesNotExist, Gt or Lt.
  std::vector<std::string> values;
  json::Object others;

  bool operator==(const NodeSelectorRequirement& other) const = default;
};

// Requirements that must all hold.
struct NodeSelectorTerm {
  std::vector<NodeSelectorRequirement> match_expressions;
  std::vector<NodeSelectorRequirement> match_fields;
  json::Object others;

  bool operator==(const NodeSelectorTerm& other) const = default;
};

// Terms of which one must hold.
struct NodeSelector {
  std::vector<NodeSelectorTerm> node_selector_terms;
  json::Object others;

  bool operator==(const NodeSelector& other) const = default;
};

struct NodeAffinity {
  std::optional<NodeSelector> required;  // ...DuringSchedulingIgnored...
  json::Value preferred;                 // As it is.
  json::Object others;

  bool operator==(const NodeAffinity& other) const = default;
};

struct Affinity {
  std::optional<NodeAffinity> node_affinity;
  json::Value pod_affinity;       // As it is.
  json::Value pod_anti_affinity;  // As it is.
  json::Object others;

  bool operator==(const Affinity& other) const = default;
};

const StructType& Describe(const Taint*);
const StructType& Describe(const Toleration*);
const StructType& Describe(const NodeSelectorRequirement*);
const StructType& Describe(const NodeSelectorTerm*);
const StructType& Describe(const NodeSelector*);
const StructType& Describe(const NodeAffinity*);
const StructType& Describe(const Affinity*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_SCHEDULING_H_
