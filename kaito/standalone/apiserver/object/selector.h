#ifndef KAITO_STANDALONE_APISERVER_OBJECT_SELECTOR_H_
#define KAITO_STANDALONE_APISERVER_OBJECT_SELECTOR_H_

// Selectors as they stand in a query: labelSelector=a=b,c!=d,e in (f,g),h,!i
// and fieldSelector=spec.nodeName=n,status.phase!=Failed. (Those that objects
// hold are api/meta's LabelSelector.)
//
//   KAITO_ASSIGN_OR_RETURN(const LabelQuery labels, LabelQuery::Parse(text));
//   if (labels.Matches(object)) ...

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"

namespace kaito::apiserver {

class LabelQuery {
 public:
  // InvalidArgument, with what stands where, for text that is no selector.
  static absl::StatusOr<LabelQuery> Parse(absl::string_view text);

  bool empty() const { return requirements_.empty(); }
  // By metadata.labels.
  bool Matches(const json::Value& object) const;
  // As Matches(), of an object's JSON text, of which it reads the labels only:
  // for lists, which pass over most of what they look at. InvalidArgument where
  // it is no JSON.
  absl::StatusOr<bool> MatchesText(absl::string_view object) const;

 private:
  enum class Operator : uint8_t {
    kIn,
    kNotIn,
    kExists,
    kMissing,
    kGreater,
    kLess
  };
  struct Requirement {
    std::string key;
    Operator op = Operator::kExists;
    std::vector<std::string> values;
  };

  static bool Matches(const Requirement& requirement, const std::string* value);

  std::vector<Requirement> requirements_;

  friend class LabelQueryParser;
};

class FieldQuery {
 public:
  struct Term {
    std::string path;
    std::string value;
    bool equal = true;
  };

  // InvalidArgument for text that is no selector and for fields beside
  // metadata.name, metadata.namespace and `selectable`: an answer that ignored
  // one would be wrong.
  static absl::StatusOr<FieldQuery> Parse(
      absl::string_view text, const std::vector<std::string>& selectable);

  bool empty() const { return terms_.empty(); }
  // A field that is absent, or no scalar, counts as "".
  bool Matches(const json::Value& object) const;
  // Where one object only can match: its name; else "".
  std::string Name() const;

 private:
  std::vector<Term> terms_;
};

// The scalar at a path of names, as text; "" where there is none.
std::string TextAt(const json::Value& object, absl::string_view path);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_OBJECT_SELECTOR_H_
