#ifndef KAITO_STANDALONE_APISERVER_OBJECT_JSON_PATH_H_
#define KAITO_STANDALONE_APISERVER_OBJECT_JSON_PATH_H_

// The JSONPath of printer columns, as far as CustomResourceDefinitions use it:
//
//   .spec.replicas   .metadata.labels['a.b/c']   .items[0]   .items[*].name
//   .status.conditions[?(@.type=="Ready")].status
//
// Pure; a path is parsed once and used for each object.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"

namespace kaito::apiserver {

class JsonPath {
 public:
  // InvalidArgument with the place of what is not understood.
  static absl::StatusOr<JsonPath> Parse(absl::string_view text);

  // The first value at the path, or nullptr.
  const json::Value* First(const json::Value& object) const;

 private:
  struct Step {
    enum class Kind : uint8_t { kMember, kIndex, kAll, kFilter };
    Kind kind = Kind::kMember;
    std::string name;        // Of the member.
    int64_t index = 0;       // Negative: from the end.
    std::vector<Step> left;  // Of a filter: what is compared, below @.
    bool equal = true;
    std::string right;
  };

  static const json::Value* Walk(const std::vector<Step>& steps, size_t at,
                                 const json::Value& value);

  std::vector<Step> steps_;

  friend class JsonPathParser;
};

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_OBJECT_JSON_PATH_H_
