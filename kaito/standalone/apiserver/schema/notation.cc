#include "kaito/standalone/apiserver/schema/notation.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {
namespace {

struct Scalar {
  absl::string_view name;
  Schema::Kind kind;
  absl::string_view format;
};

constexpr Scalar kScalars[] = {
    {"string", Schema::Kind::kString, ""},
    {"bytes", Schema::Kind::kString, "byte"},
    {"time", Schema::Kind::kString, "date-time"},
    {"microtime", Schema::Kind::kString, "date-time"},
    {"bool", Schema::Kind::kBoolean, ""},
    {"int32", Schema::Kind::kInteger, "int32"},
    {"int64", Schema::Kind::kInteger, "int64"},
    {"number", Schema::Kind::kNumber, "double"},
    {"quantity", Schema::Kind::kIntOrString, ""},
    {"intorstring", Schema::Kind::kIntOrString, ""},
    {"any", Schema::Kind::kAny, ""},
};

class Parser {
 public:
  Parser() : types_(std::make_shared<SchemaTypes>()) {
    for (const Scalar& scalar : kScalars) {
      Schema* schema = types_->set.New();
      schema->kind = scalar.kind;
      schema->format = std::string(scalar.format);
      schema->nullable = scalar.format == "date-time";
      types_->by_name[std::string(scalar.name)] = schema;
    }
    Schema* object = types_->set.New();
    object->kind = Schema::Kind::kObject;
    object->preserve_unknown = true;
    types_->by_name["object"] = object;
  }

  absl::Status Line(absl::string_view line) {
    const std::vector<std::string> words =
        absl::StrSplit(line.substr(0, line.find('#')), ' ', absl::SkipEmpty());
    if (words.empty()) return absl::OkStatus();
    // Fields, of which some are called "type", stand further right.
    if (line[0] != ' ') return Type(words);
    if (current_ == nullptr) {
      return absl::InvalidArgumentError("a field before any type");
    }
    return Property(words);
  }

  absl::StatusOr<std::shared_ptr<SchemaTypes>> Finish() {
    for (const std::string& name : used_) {
      if (!defined_.contains(name)) {
        return absl::InvalidArgumentError(
            absl::StrCat("type ", name, " is used and not described"));
      }
    }
    for (Schema* schema : structs_) {
      std::sort(schema->properties.begin(), schema->properties.end(),
                [](const SchemaProperty& a, const SchemaProperty& b) {
                  return a.name < b.name;
                });
    }
    return types_;
  }

 private:
  Schema* Named(const std::string& name) {
    Schema*& schema = types_->by_name[name];
    if (schema == nullptr) {
      schema = types_->set.New();
      schema->kind = Schema::Kind::kObject;
      used_.push_back(name);
    }
    return schema;
  }

  Schema* TypeOf(absl::string_view text) {
    const bool array = absl::ConsumePrefix(&text, "[");
    const bool map = !array && absl::ConsumePrefix(&text, "{");
    if (!array && !map) return Named(std::string(text));
    Schema* schema = types_->set.New();
    schema->kind = array ? Schema::Kind::kArray : Schema::Kind::kMap;
    schema->element = TypeOf(text.substr(0, text.size() - 1));
    return schema;
  }

  absl::Status Type(const std::vector<std::string>& words) {
    if (words.size() < 3 || words[0] != "type") {
      return absl::InvalidArgumentError("want: type Name full.name");
    }
    current_ = Named(words[1]);
    current_->type_name = words[2];
    defined_[words[1]] = true;
    structs_.push_back(current_);
    for (size_t i = 3; i < words.size(); ++i) {
      if (words[i] == "atomic") {
        current_->atomic = true;
      } else if (words[i] == "open") {
        current_->preserve_unknown = true;
      } else {
        return absl::InvalidArgumentError(absl::StrCat("odd word ", words[i]));
      }
    }
    return absl::OkStatus();
  }

  absl::Status Property(const std::vector<std::string>& words) {
    if (words.size() < 2) {
      return absl::InvalidArgumentError("want: name type");
    }
    SchemaProperty property;
    absl::string_view name = words[0];
    property.required = absl::ConsumeSuffix(&name, "!");
    property.name = std::string(name);
    Schema* schema = TypeOf(words[1]);
    property.schema = schema;
    for (size_t i = 2; i < words.size(); ++i) {
      absl::string_view word = words[i];
      if (absl::ConsumePrefix(&word, "default=")) {
        KAITO_ASSIGN_OR_RETURN(property.default_value, json::Parse(word));
      } else if (absl::ConsumePrefix(&word, "key=")) {
        schema->list_type = Schema::ListType::kMap;
        schema->list_keys = absl::StrSplit(word, ',');
      } else if (word == "set") {
        schema->list_type = Schema::ListType::kSet;
      } else if (word == "merge") {
        property.merge = true;
        if (!schema->list_keys.empty()) {
          property.merge_key = schema->list_keys[0];
        }
      } else if (absl::ConsumePrefix(&word, "merge=")) {
        property.merge = true;
        property.merge_key = std::string(word);
      } else {
        return absl::InvalidArgumentError(absl::StrCat("odd word ", word));
      }
    }
    current_->properties.push_back(std::move(property));
    return absl::OkStatus();
  }

  std::shared_ptr<SchemaTypes> types_;
  Schema* current_ = nullptr;
  std::vector<Schema*> structs_;
  std::vector<std::string> used_;
  std::map<std::string, bool> defined_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<SchemaTypes>> ParseNotation(
    absl::string_view text) {
  Parser parser;
  int number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    KAITO_RETURN_IF_ERROR(
        Annotate(parser.Line(line), absl::StrCat("notation, line ", number)));
  }
  return parser.Finish();
}

}  // namespace kaito::apiserver
