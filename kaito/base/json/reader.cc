#include "kaito/base/json/reader.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/json/explain.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "simdjson.h"

namespace kaito::json {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

absl::string_view View(std::string_view s) { return {s.data(), s.size()}; }

absl::Status SyntaxError(absl::string_view text, simdjson::error_code code,
                         const ReadOptions& options) {
  if (code == simdjson::DEPTH_ERROR) {
    return absl::InvalidArgumentError(
        absl::StrCat("JSON: nested deeper than ", options.max_depth));
  }
  if (code == simdjson::MEMALLOC) {
    return absl::ResourceExhaustedError(
        absl::StrCat("JSON: no memory for ", text.size(), " bytes"));
  }
  if (text.find_first_not_of(" \t\r\n") == absl::string_view::npos) {
    return absl::InvalidArgumentError("JSON: the text is empty");
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "JSON: ",
      ExplainSyntaxError(text).value_or(simdjson::error_message(code))));
}

bool FitsInteger(absl::string_view digits, bool negative) {
  int64_t n = 0;
  uint64_t u = 0;
  return negative ? absl::SimpleAtoi(absl::StrCat("-", digits), &n)
                  : absl::SimpleAtoi(digits, &u);
}

// `text` with ".0" behind each integer beyond 64 bits, to be read as a double:
// simdjson refuses them, although they are numbers in JSON.
std::string WithLongIntegersAsDoubles(absl::string_view text) {
  std::string out;
  out.reserve(text.size() + 16);
  bool in_string = false;
  for (size_t i = 0; i < text.size();) {
    const size_t begin = i;
    if (in_string || (text[i] != '-' && !absl::ascii_isdigit(text[i]))) {
      if (text[i] == '"') in_string = !in_string;
      i += in_string && text[i] == '\\' ? 2 : 1;
      absl::StrAppend(&out, text.substr(begin, i - begin));
      continue;
    }
    // All that a number is made of, well-formed or not.
    i = std::min(text.find_first_not_of("0123456789+-.eE", begin), text.size());
    const absl::string_view number = text.substr(begin, i - begin);
    absl::StrAppend(&out, number);
    absl::string_view digits = number;
    const bool negative = absl::ConsumePrefix(&digits, "-");
    if (digits.find_first_of("+-.eE") == absl::string_view::npos &&
        !digits.empty() && !FitsInteger(digits, negative)) {
      out += ".0";
    }
  }
  return out;
}

// A parser keeps its buffers, some three times the largest text, so only small
// texts use the thread's own.
constexpr size_t kKeptParserBytes = size_t{256} << 10;

template <typename Visit>
absl::Status ParseAndVisit(absl::string_view text, const ReadOptions& options,
                           Visit visit) {
  if (static_cast<int64_t>(text.size()) > options.max_bytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("JSON: ", text.size(), " bytes, more than the ",
                     options.max_bytes, " allowed here"));
  }
  const auto run = [&](simdjson::dom::parser& parser) -> absl::Status {
    // The parser refuses what is nested as deep as its limit.
    const size_t depth = static_cast<size_t>(options.max_depth) + 1;
    if (const auto code = parser.allocate(text.size(), depth)) {
      return SyntaxError(text, code, options);
    }
    element root;
    // Copies the text to where the bytes that it may read beyond the end are
    // its own.
    auto code = parser.parse(text.data(), text.size()).get(root);
    if (code == simdjson::NUMBER_ERROR) {
      const std::string longer = WithLongIntegersAsDoubles(text);
      code = parser.allocate(longer.size(), depth);
      if (!code) code = parser.parse(longer.data(), longer.size()).get(root);
    }
    if (code) return SyntaxError(text, code, options);
    return visit(root);
  };
  if (text.size() > kKeptParserBytes) {
    simdjson::dom::parser parser;
    return run(parser);
  }
  // Taken, not shared: `visit` may parse too.
  thread_local simdjson::dom::parser kept;
  simdjson::dom::parser parser = std::move(kept);
  absl::Status status = run(parser);
  kept = std::move(parser);
  return status;
}

absl::Status ToValue(const element& e, Duplicates duplicates, Value* out);

absl::Status ToObject(const simdjson::dom::object& object,
                      Duplicates duplicates, Value* out) {
  // Sorted first: each member then goes to the end, where it costs no moves. In
  // the text's order, half a million names could cost minutes.
  std::vector<simdjson::dom::key_value_pair> fields(object.begin(),
                                                    object.end());
  std::stable_sort(fields.begin(), fields.end(),
                   [](const auto& a, const auto& b) { return a.key < b.key; });
  Object members;
  members.reserve(fields.size());
  std::string_view previous;
  for (const auto& field : fields) {
    const absl::string_view name = View(field.key);
    if (duplicates == Duplicates::kReject && !members.empty() &&
        field.key == previous) {
      return absl::InvalidArgumentError(
          absl::StrCat("JSON: an object has the name ",
                       Quote(name.substr(0, 100)), " twice"));
    }
    previous = field.key;
    KAITO_RETURN_IF_ERROR(ToValue(field.value, duplicates, &members[name]));
  }
  *out = std::move(members);
  return absl::OkStatus();
}

absl::Status ToArray(const simdjson::dom::array& array, Duplicates duplicates,
                     Value* out) {
  Array items;
  items.reserve(array.size());
  for (const element& item : array) {
    KAITO_RETURN_IF_ERROR(ToValue(item, duplicates, &items.emplace_back()));
  }
  *out = std::move(items);
  return absl::OkStatus();
}

absl::Status ToValue(const element& e, Duplicates duplicates, Value* out) {
  switch (e.type()) {
    case element_type::NULL_VALUE:
      *out = Value();
      return absl::OkStatus();
    case element_type::BOOL:
      *out = bool{e};
      return absl::OkStatus();
    case element_type::INT64:
      *out = int64_t{e};
      return absl::OkStatus();
    case element_type::UINT64:  // Only beyond int64_t.
      *out = static_cast<double>(uint64_t{e});
      return absl::OkStatus();
    case element_type::DOUBLE:
      *out = double{e};
      return absl::OkStatus();
    case element_type::STRING:
      *out = View(std::string_view{e});
      return absl::OkStatus();
    case element_type::ARRAY:
      return ToArray(simdjson::dom::array{e}, duplicates, out);
    case element_type::OBJECT:
      return ToObject(simdjson::dom::object{e}, duplicates, out);
  }
  return absl::InternalError("JSON: a value of no known type");
}

absl::string_view TypeName(const element& e) {
  switch (e.type()) {
    case element_type::NULL_VALUE:
      return "null";
    case element_type::BOOL:
      return "boolean";
    case element_type::INT64:
    case element_type::UINT64:
      return "integer";
    case element_type::DOUBLE:
      return "number";
    case element_type::STRING:
      return "string";
    case element_type::ARRAY:
      return "array";
    case element_type::OBJECT:
      return "object";
  }
  return "value";
}

absl::Status WrongType(absl::string_view wanted, const element& e) {
  return absl::InvalidArgumentError(
      absl::StrCat("JSON: expected ", wanted, ", found ", TypeName(e)));
}

const element& At(const void* node) {
  return *static_cast<const element*>(node);
}

}  // namespace

class CursorAccess {
 public:
  static Cursor Make(const element& e) { return Cursor(&e); }
};

absl::StatusOr<Value> Parse(absl::string_view text,
                            const ReadOptions& options) {
  Value value;
  KAITO_RETURN_IF_ERROR(ParseAndVisit(text, options, [&](const element& root) {
    return ToValue(root, options.duplicates, &value);
  }));
  return value;
}

absl::Status Read(absl::string_view text, const ReadOptions& options,
                  absl::FunctionRef<absl::Status(const Cursor& root)> visit) {
  return ParseAndVisit(text, options, [&](const element& root) {
    return visit(CursorAccess::Make(root));
  });
}

Type Cursor::type() const {
  switch (At(element_).type()) {
    case element_type::NULL_VALUE:
      return Type::kNull;
    case element_type::BOOL:
      return Type::kBool;
    case element_type::INT64:
      return Type::kInt;
    case element_type::UINT64:
      return Type::kUint;
    case element_type::DOUBLE:
      return Type::kDouble;
    case element_type::STRING:
      return Type::kString;
    case element_type::ARRAY:
      return Type::kArray;
    case element_type::OBJECT:
      return Type::kObject;
  }
  return Type::kNull;
}

absl::Status Cursor::ForEachField(
    absl::FunctionRef<absl::Status(absl::string_view, const Cursor&)> field)
    const {
  const element& e = At(element_);
  if (e.is_null()) return absl::OkStatus();
  if (!e.is_object()) return WrongType("object", e);
  for (const auto& member : simdjson::dom::object{e}) {
    KAITO_RETURN_IF_ERROR(
        field(View(member.key), CursorAccess::Make(member.value)));
  }
  return absl::OkStatus();
}

absl::Status Cursor::ForEachItem(
    absl::FunctionRef<absl::Status(const Cursor&)> item) const {
  const element& e = At(element_);
  if (e.is_null()) return absl::OkStatus();
  if (!e.is_array()) return WrongType("array", e);
  for (const element& child : simdjson::dom::array{e}) {
    KAITO_RETURN_IF_ERROR(item(CursorAccess::Make(child)));
  }
  return absl::OkStatus();
}

absl::Status Cursor::ReadStringView(absl::string_view* out) const {
  const element& e = At(element_);
  if (e.is_null()) return absl::OkStatus();
  if (!e.is_string()) return WrongType("string", e);
  *out = View(std::string_view{e});
  return absl::OkStatus();
}

absl::Status Cursor::ReadString(std::string* out) const {
  absl::string_view view = *out;
  KAITO_RETURN_IF_ERROR(ReadStringView(&view));
  if (view.data() != out->data()) out->assign(view.data(), view.size());
  return absl::OkStatus();
}

absl::Status Cursor::ReadInt64(int64_t* out) const {
  const element& e = At(element_);
  if (e.is_null()) return absl::OkStatus();
  if (!e.is_int64()) return WrongType("integer", e);
  *out = int64_t{e};
  return absl::OkStatus();
}

absl::Status Cursor::ReadDouble(double* out) const {
  const element& e = At(element_);
  if (e.is_null()) return absl::OkStatus();
  if (!e.is_number()) return WrongType("number", e);
  *out = double{e};
  return absl::OkStatus();
}

absl::Status Cursor::ReadBool(bool* out) const {
  const element& e = At(element_);
  if (e.is_null()) return absl::OkStatus();
  if (!e.is_bool()) return WrongType("boolean", e);
  *out = bool{e};
  return absl::OkStatus();
}

absl::Status Cursor::ReadValue(Value* out) const {
  return ToValue(At(element_), Duplicates::kLastWins, out);
}

}  // namespace kaito::json
