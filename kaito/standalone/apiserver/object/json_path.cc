#include "kaito/standalone/apiserver/object/json_path.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::apiserver {

class JsonPathParser {
 public:
  explicit JsonPathParser(absl::string_view text) : text_(text), rest_(text) {}

  absl::StatusOr<JsonPath> Parse() {
    JsonPath path;
    // kubectl's own form stands in braces.
    if (absl::ConsumePrefix(&rest_, "{")) {
      if (!absl::ConsumeSuffix(&rest_, "}")) return Error("want \"}\"");
    }
    absl::ConsumePrefix(&rest_, "$");
    KAITO_ASSIGN_OR_RETURN(path.steps_, Steps(""));
    if (!rest_.empty()) return Error("want \".\" or \"[\"");
    return path;
  }

 private:
  using Step = JsonPath::Step;

  absl::Status Error(absl::string_view what) const {
    return absl::InvalidArgumentError(
        absl::StrCat("JSONPath ", api::QuoteForMessage(text_), ", before ",
                     api::QuoteForMessage(rest_), ": ", what));
  }

  absl::StatusOr<std::vector<Step>> Steps(absl::string_view stops) {
    std::vector<Step> steps;
    while (!rest_.empty()) {
      if (absl::ConsumePrefix(&rest_, "[")) {
        KAITO_ASSIGN_OR_RETURN(Step step, Bracket());
        steps.push_back(std::move(step));
      } else if (absl::ConsumePrefix(&rest_, ".")) {
        Step step;
        // Dots in names are escaped.
        while (!rest_.empty() && rest_[0] != '.' && rest_[0] != '[' &&
               stops.find(rest_[0]) == absl::string_view::npos) {
          if (rest_[0] == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
          step.name.push_back(rest_[0]);
          rest_.remove_prefix(1);
        }
        if (step.name.empty()) {
          if (steps.empty() && rest_.empty()) return steps;  // "." alone.
          return Error("want a name");
        }
        if (step.name == "*") step.kind = Step::Kind::kAll;
        steps.push_back(std::move(step));
      } else {
        return steps;
      }
    }
    return steps;
  }

  absl::StatusOr<std::string> Quoted() {
    const char quote = rest_[0];
    const size_t end = rest_.find(quote, 1);
    if (end == absl::string_view::npos) return Error("want a closing quote");
    std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return text;
  }

  absl::StatusOr<Step> Bracket() {
    Step step;
    if (absl::ConsumePrefix(&rest_, "?(")) {
      KAITO_ASSIGN_OR_RETURN(step, Filter());
    } else if (absl::ConsumePrefix(&rest_, "*")) {
      step.kind = Step::Kind::kAll;
    } else if (!rest_.empty() && (rest_[0] == '\'' || rest_[0] == '"')) {
      KAITO_ASSIGN_OR_RETURN(step.name, Quoted());
    } else {
      step.kind = Step::Kind::kIndex;
      const size_t end = rest_.find(']');
      if (end == absl::string_view::npos ||
          !absl::SimpleAtoi(rest_.substr(0, end), &step.index)) {
        return Error("want an index, a quoted name, * or ?(...)");
      }
      rest_.remove_prefix(end);
    }
    if (!absl::ConsumePrefix(&rest_, "]")) return Error("want \"]\"");
    return step;
  }

  absl::StatusOr<Step> Filter() {
    Step step;
    step.kind = Step::Kind::kFilter;
    Space();
    if (!absl::ConsumePrefix(&rest_, "@")) return Error("want \"@\"");
    KAITO_ASSIGN_OR_RETURN(step.left, Steps("=! )"));
    Space();
    if (absl::ConsumePrefix(&rest_, "!=")) {
      step.equal = false;
    } else if (!absl::ConsumePrefix(&rest_, "==")) {
      return Error("want == or !=");
    }
    Space();
    if (!rest_.empty() && (rest_[0] == '\'' || rest_[0] == '"')) {
      KAITO_ASSIGN_OR_RETURN(step.right, Quoted());
    } else {
      const size_t end = rest_.find_first_of(" )");
      if (end == absl::string_view::npos) return Error("want \")\"");
      step.right = std::string(rest_.substr(0, end));
      rest_.remove_prefix(end);
    }
    Space();
    if (!absl::ConsumePrefix(&rest_, ")")) return Error("want \")\"");
    return step;
  }

  void Space() {
    while (absl::ConsumePrefix(&rest_, " ")) {
    }
  }

  const absl::string_view text_;
  absl::string_view rest_;
};

absl::StatusOr<JsonPath> JsonPath::Parse(absl::string_view text) {
  return JsonPathParser(text).Parse();
}

const json::Value* JsonPath::First(const json::Value& object) const {
  return Walk(steps_, 0, object);
}

const json::Value* JsonPath::Walk(const std::vector<Step>& steps, size_t at,
                                  const json::Value& value) {
  if (at == steps.size()) return &value;
  const Step& step = steps[at];
  const json::Array* items = value.array();
  switch (step.kind) {
    case Step::Kind::kMember: {
      const json::Value* member = value.Find(step.name);
      return member != nullptr ? Walk(steps, at + 1, *member) : nullptr;
    }
    case Step::Kind::kIndex: {
      if (items == nullptr) return nullptr;
      const auto size = static_cast<int64_t>(items->size());
      const int64_t index = step.index < 0 ? size + step.index : step.index;
      return index >= 0 && index < size
                 ? Walk(steps, at + 1, (*items)[static_cast<size_t>(index)])
                 : nullptr;
    }
    case Step::Kind::kAll:
    case Step::Kind::kFilter:
      break;
  }
  if (items == nullptr) return nullptr;
  for (const json::Value& item : *items) {
    if (step.kind == Step::Kind::kFilter) {
      const json::Value* left = Walk(step.left, 0, item);
      std::string text;
      if (left != nullptr) {
        text = left->string() != nullptr ? *left->string() : json::Write(*left);
      }
      if ((left != nullptr && text == step.right) != step.equal) continue;
    }
    if (const json::Value* found = Walk(steps, at + 1, item)) return found;
  }
  return nullptr;
}

}  // namespace kaito::apiserver
