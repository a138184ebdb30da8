#ifndef KAITO_BASE_JSON_VALUE_H_
#define KAITO_BASE_JSON_VALUE_H_

// A JSON value that can be built, looked into, changed and compared: patches,
// applied objects, configurations. Lists and watches with thousands of objects
// are read with json/reader.h instead, straight into small structs.
//
//   Value job = Object{{"kind", "Job"}, {"spec", Object{{"backoffLimit", 6}}}};
//   job["metadata"]["name"] = "demo";
//   if (const Value* limit = job.FindPath({"spec", "backoffLimit"})) ...
//   std::string text = Write(job);                       // json/writer.h
//
// Members are kept sorted by name, as Kubernetes prints them, so equal values
// have equal text. Whole numbers are exact over the range of int64_t; a number
// with a fraction, an exponent, or beyond that range is a double. Not
// synchronised.

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::json {

class Value;
struct Member;
using Array = std::vector<Value>;

// Members sorted by name, each name once. A vector and not a map: objects are
// small, and neighbouring memory is what makes them cheap.
class Object {
 public:
  // Declared here and defined where Member is complete.
  Object();
  Object(const Object& other);
  Object(Object&& other) noexcept;
  Object& operator=(const Object& other);
  Object& operator=(Object&& other) noexcept;
  ~Object();
  // A name that is given twice keeps its last value.
  Object(std::initializer_list<Member> members);

  const Value* Find(absl::string_view name) const;
  Value* Find(absl::string_view name);
  bool Contains(absl::string_view name) const { return Find(name) != nullptr; }

  // The member's value; null is inserted where it was absent.
  Value& operator[](absl::string_view name);

  // Returns whether there was such a member.
  bool Erase(absl::string_view name);

  size_t size() const;
  bool empty() const;
  void reserve(size_t n);

  std::vector<Member>::const_iterator begin() const;
  std::vector<Member>::const_iterator end() const;
  std::vector<Member>::iterator begin();
  std::vector<Member>::iterator end();

  bool operator==(const Object& other) const;

 private:
  std::vector<Member> members_;
};

class Value {
 public:
  Value() = default;                                    // null
  Value(std::nullptr_t) {}                              // NOLINT
  Value(bool b) : rep_(b) {}                            // NOLINT
  Value(int n) : rep_(int64_t{n}) {}                    // NOLINT
  Value(int64_t n) : rep_(n) {}                         // NOLINT
  Value(double d) : rep_(d) {}                          // NOLINT
  Value(const char* s) : rep_(std::string(s)) {}        // NOLINT
  Value(absl::string_view s) : rep_(std::string(s)) {}  // NOLINT
  Value(std::string s) : rep_(std::move(s)) {}          // NOLINT
  Value(Array array) : rep_(std::move(array)) {}        // NOLINT
  Value(Object object) : rep_(std::move(object)) {}     // NOLINT
  // A pointer would silently become a bool.
  template <typename T>
  Value(T*) = delete;

  bool is_null() const { return rep_.index() == 0; }
  bool is_bool() const { return rep_.index() == 1; }
  bool is_int() const { return rep_.index() == 2; }
  bool is_double() const { return rep_.index() == 3; }
  bool is_number() const { return is_int() || is_double(); }
  bool is_string() const { return rep_.index() == 4; }
  bool is_array() const { return rep_.index() == 5; }
  bool is_object() const { return rep_.index() == 6; }

  // "null", "boolean", "integer", "number", "string", "array" or "object", as
  // error messages name it.
  absl::string_view type_name() const;

  // The content, or nullptr / nullopt where the value is of another type.
  std::optional<bool> boolean() const;
  std::optional<int64_t> integer() const;
  std::optional<double> number() const;  // Of an integer too.
  const std::string* string() const { return std::get_if<std::string>(&rep_); }
  std::string* string() { return std::get_if<std::string>(&rep_); }
  const Array* array() const { return std::get_if<Array>(&rep_); }
  Array* array() { return std::get_if<Array>(&rep_); }
  const Object* object() const { return std::get_if<Object>(&rep_); }
  Object* object() { return std::get_if<Object>(&rep_); }

  // The member of an object; nullptr where this is none, or lacks it.
  const Value* Find(absl::string_view name) const;
  Value* Find(absl::string_view name);
  const Value* FindPath(std::initializer_list<absl::string_view> names) const;
  // The string at a path, or "".
  absl::string_view StringAt(
      std::initializer_list<absl::string_view> names) const;

  // The member of an object. Anything else is replaced by an object first.
  Value& operator[](absl::string_view name);
  // Appends to an array. Anything else is replaced by an array first.
  Value& Append(Value item);

  // 1 and 1.0 are equal, as numbers are in JSON.
  bool operator==(const Value& other) const;

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Array,
               Object>
      rep_;
};

struct Member {
  std::string name;
  Value value;

  bool operator==(const Member& other) const = default;
};

inline size_t Object::size() const { return members_.size(); }
inline bool Object::empty() const { return members_.empty(); }
inline std::vector<Member>::const_iterator Object::begin() const {
  return members_.begin();
}
inline std::vector<Member>::const_iterator Object::end() const {
  return members_.end();
}
inline std::vector<Member>::iterator Object::begin() {
  return members_.begin();
}
inline std::vector<Member>::iterator Object::end() { return members_.end(); }

}  // namespace kaito::json

#endif  // KAITO_BASE_JSON_VALUE_H_
