#ifndef KAITO_API_META_LABEL_SELECTOR_H_
#define KAITO_API_META_LABEL_SELECTOR_H_

// A label selector as objects hold it (meta/v1 LabelSelector).

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

struct LabelSelectorRequirement {
  std::string key;
  std::string op;  // "operator": In, NotIn, Exists or DoesNotExist.
  std::vector<std::string> values;

  bool operator==(const LabelSelectorRequirement& other) const = default;
};

struct LabelSelector {
  std::map<std::string, std::string> match_labels;
  std::vector<LabelSelectorRequirement> match_expressions;

  bool operator==(const LabelSelector& other) const = default;

  // An empty selector matches everything. An operator that is none of the four
  // matches nothing.
  bool Matches(const std::map<std::string, std::string>& labels) const;
  // The labels that the selector asks for, where it is no more than such a
  // list: matchLabels, and expressions `In` with one value. Nodes are created
  // with them. InvalidArgument otherwise, or where one key is asked for twice,
  // differently.
  absl::StatusOr<std::map<std::string, std::string>> ToLabels() const;
};

const StructType& Describe(const LabelSelectorRequirement*);
const StructType& Describe(const LabelSelector*);

}  // namespace kaito::api

#endif  // KAITO_API_META_LABEL_SELECTOR_H_
