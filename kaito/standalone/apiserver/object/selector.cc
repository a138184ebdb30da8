#include "kaito/standalone/apiserver/object/selector.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/api/meta/names.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::apiserver {
namespace {

bool IsWord(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' ||
         c == '_' || c == '.' || c == '/';
}

// Nothing happens where there is no such member.
absl::Status ForMember(
    const json::Cursor& object, absl::string_view name,
    absl::FunctionRef<absl::Status(const json::Cursor& member)> call) {
  if (object.type() != json::Type::kObject) return absl::OkStatus();
  return object.ForEachField(
      [&](absl::string_view key, const json::Cursor& value) {
        return key == name ? call(value) : absl::OkStatus();
      });
}

std::string ScalarText(const json::Value& value) {
  if (value.string() != nullptr) return *value.string();
  if (value.is_bool() || value.is_number()) return json::Write(value);
  return "";
}

}  // namespace

// One pass from left to right over `rest_`.
class LabelQueryParser {
 public:
  explicit LabelQueryParser(absl::string_view text)
      : text_(text), rest_(text) {}

  absl::StatusOr<LabelQuery> Parse() {
    LabelQuery query;
    Space();
    if (rest_.empty()) return query;
    while (true) {
      KAITO_ASSIGN_OR_RETURN(LabelQuery::Requirement requirement, One());
      query.requirements_.push_back(std::move(requirement));
      Space();
      if (rest_.empty()) return query;
      if (!absl::ConsumePrefix(&rest_, ",")) return Error("want \",\"");
    }
  }

 private:
  using Operator = LabelQuery::Operator;

  absl::Status Error(absl::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrCat("unable to parse requirement: label selector ",
                     api::QuoteForMessage(text_), ", character ",
                     text_.size() - rest_.size() + 1, ": ", what));
  }

  void Space() {
    while (!rest_.empty() &&
           absl::ascii_isspace(static_cast<unsigned char>(rest_.front()))) {
      rest_.remove_prefix(1);
    }
  }

  std::string Word() {
    Space();
    size_t n = 0;
    while (n < rest_.size() && IsWord(rest_[n])) ++n;
    const std::string word(rest_.substr(0, n));
    rest_.remove_prefix(n);
    return word;
  }

  absl::StatusOr<std::string> Key() {
    const std::string key = Word();
    const std::string problem = api::ValidateQualifiedName(key);
    if (!problem.empty()) return Error(absl::StrCat("key: ", problem));
    return key;
  }

  absl::StatusOr<std::string> Value() {
    const std::string value = Word();
    const std::string problem = api::ValidateLabelValue(value);
    if (!problem.empty()) return Error(absl::StrCat("value: ", problem));
    return value;
  }

  absl::StatusOr<LabelQuery::Requirement> One() {
    Space();
    LabelQuery::Requirement requirement;
    if (absl::ConsumePrefix(&rest_, "!")) {
      requirement.op = Operator::kMissing;
      KAITO_ASSIGN_OR_RETURN(requirement.key, Key());
      return requirement;
    }
    KAITO_ASSIGN_OR_RETURN(requirement.key, Key());
    Space();
    if (rest_.empty() || rest_.front() == ',') return requirement;
    if (absl::ConsumePrefix(&rest_, "!=")) {
      requirement.op = Operator::kNotIn;
    } else if (absl::ConsumePrefix(&rest_, "==") ||
               absl::ConsumePrefix(&rest_, "=")) {
      requirement.op = Operator::kIn;
    } else if (rest_.front() == '>' || rest_.front() == '<') {
      return Comparison(std::move(requirement));
    } else {
      return Set(std::move(requirement));
    }
    KAITO_ASSIGN_OR_RETURN(std::string value, Value());
    requirement.values.push_back(std::move(value));
    return requirement;
  }

  absl::StatusOr<LabelQuery::Requirement> Comparison(
      LabelQuery::Requirement requirement) {
    requirement.op =
        rest_.front() == '>' ? Operator::kGreater : Operator::kLess;
    rest_.remove_prefix(1);
    KAITO_ASSIGN_OR_RETURN(std::string value, Value());
    int64_t number = 0;
    if (!absl::SimpleAtoi(value, &number)) return Error("want an integer");
    requirement.values.push_back(std::move(value));
    return requirement;
  }

  absl::StatusOr<LabelQuery::Requirement> Set(
      LabelQuery::Requirement requirement) {
    const std::string word = Word();
    if (word != "in" && word != "notin") {
      return Error("want =, ==, !=, >, <, in or notin");
    }
    requirement.op = word == "in" ? Operator::kIn : Operator::kNotIn;
    Space();
    if (!absl::ConsumePrefix(&rest_, "(")) return Error("want \"(\"");
    while (true) {
      KAITO_ASSIGN_OR_RETURN(std::string value, Value());
      requirement.values.push_back(std::move(value));
      Space();
      if (absl::ConsumePrefix(&rest_, ")")) return requirement;
      if (!absl::ConsumePrefix(&rest_, ",")) {
        return Error("want \",\" or \")\"");
      }
    }
  }

  const absl::string_view text_;
  absl::string_view rest_;
};

absl::StatusOr<LabelQuery> LabelQuery::Parse(absl::string_view text) {
  return LabelQueryParser(text).Parse();
}

bool LabelQuery::Matches(const Requirement& requirement,
                         const std::string* value) {
  const auto listed = [&] {
    return std::find(requirement.values.begin(), requirement.values.end(),
                     *value) != requirement.values.end();
  };
  switch (requirement.op) {
    case Operator::kIn:
      return value != nullptr && listed();
    case Operator::kNotIn:
      return value == nullptr || !listed();
    case Operator::kExists:
      return value != nullptr;
    case Operator::kMissing:
      return value == nullptr;
    case Operator::kGreater:
    case Operator::kLess:
      break;
  }
  int64_t have = 0;
  int64_t want = 0;
  if (value == nullptr || !absl::SimpleAtoi(*value, &have) ||
      !absl::SimpleAtoi(requirement.values[0], &want)) {
    return false;
  }
  return requirement.op == Operator::kGreater ? have > want : have < want;
}

bool LabelQuery::Matches(const json::Value& object) const {
  if (requirements_.empty()) return true;
  const json::Value* labels = object.FindPath({"metadata", "labels"});
  for (const Requirement& requirement : requirements_) {
    const json::Value* label =
        labels != nullptr ? labels->Find(requirement.key) : nullptr;
    if (!Matches(requirement, label != nullptr ? label->string() : nullptr)) {
      return false;
    }
  }
  return true;
}

absl::StatusOr<bool> LabelQuery::MatchesText(absl::string_view object) const {
  if (requirements_.empty()) return true;
  std::vector<std::optional<std::string>> have(requirements_.size());
  const auto read_label = [&](absl::string_view key,
                              const json::Cursor& value) -> absl::Status {
    if (value.type() != json::Type::kString) return absl::OkStatus();
    for (size_t i = 0; i < have.size(); ++i) {
      if (requirements_[i].key != key) continue;
      KAITO_RETURN_IF_ERROR(value.ReadString(&have[i].emplace()));
    }
    return absl::OkStatus();
  };
  KAITO_RETURN_IF_ERROR(
      json::Read(object, {}, [&](const json::Cursor& root) -> absl::Status {
        return ForMember(root, "metadata", [&](const json::Cursor& metadata) {
          return ForMember(metadata, "labels", [&](const json::Cursor& labels) {
            return labels.type() == json::Type::kObject
                       ? labels.ForEachField(read_label)
                       : absl::OkStatus();
          });
        });
      }));
  for (size_t i = 0; i < have.size(); ++i) {
    if (!Matches(requirements_[i], have[i].has_value() ? &*have[i] : nullptr)) {
      return false;
    }
  }
  return true;
}

absl::StatusOr<FieldQuery> FieldQuery::Parse(
    absl::string_view text, const std::vector<std::string>& selectable) {
  FieldQuery query;
  for (absl::string_view part : absl::StrSplit(text, ',', absl::SkipEmpty())) {
    const size_t equals = part.find('=');
    if (equals == absl::string_view::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat("field selector ", api::QuoteForMessage(part),
                       ": want field=value or field!=value"));
    }
    Term term;
    absl::string_view path = part.substr(0, equals);
    absl::string_view value = part.substr(equals + 1);
    term.equal = !absl::ConsumeSuffix(&path, "!");
    absl::ConsumePrefix(&value, "=");
    term.path = std::string(absl::StripAsciiWhitespace(path));
    term.value = std::string(value);
    if (term.path != "metadata.name" && term.path != "metadata.namespace" &&
        std::find(selectable.begin(), selectable.end(), term.path) ==
            selectable.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("field label not supported: ", term.path));
    }
    query.terms_.push_back(std::move(term));
  }
  return query;
}

bool FieldQuery::Matches(const json::Value& object) const {
  return std::all_of(terms_.begin(), terms_.end(), [&](const Term& term) {
    return (TextAt(object, term.path) == term.value) == term.equal;
  });
}

std::string FieldQuery::Name() const {
  for (const Term& term : terms_) {
    if (term.equal && term.path == "metadata.name") return term.value;
  }
  return "";
}

std::string TextAt(const json::Value& object, absl::string_view path) {
  const json::Value* value = &object;
  for (const absl::string_view name : absl::StrSplit(path, '.')) {
    value = value->Find(name);
    if (value == nullptr) return "";
  }
  return ScalarText(*value);
}

}  // namespace kaito::apiserver
