#ifndef KAITO_BASE_JSON_READER_H_
#define KAITO_BASE_JSON_READER_H_

// Reads JSON text: whole, into a Value, or field by field into small structs
// (what lists and watches do; a fraction of the time and memory of a Value).
//
//   KAITO_ASSIGN_OR_RETURN(json::Value pod, json::Parse(body));
//
//   std::string name;
//   KAITO_RETURN_IF_ERROR(json::Read(body, {}, [&](const json::Cursor& pod) {
//     return pod.ForEachField([&](absl::string_view key, const json::Cursor&
//     value) {
//       if (key == "name") return value.ReadString(&name);
//       return absl::OkStatus();                        // Others are skipped.
//     });
//   }));
//
// The text may come from anyone: it must be RFC 8259 JSON in UTF-8, nothing may
// follow the value, and size, depth and (for Parse) repeated names are bounded.
// Errors are InvalidArgument with line and column.

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"

namespace kaito::json {

enum class Type {
  kNull,
  kBool,
  kInt,     // Whole, within int64_t.
  kUint,    // Whole and beyond it, within uint64_t.
  kDouble,  // Any other number.
  kString,
  kArray,
  kObject,
};

enum class Duplicates {
  kReject,    // A name that an object has twice is an error.
  kLastWins,  // As Go's decoder does it.
};

struct ReadOptions {
  int64_t max_bytes = int64_t{64} << 20;
  // Objects and arrays inside each other. Kubernetes' own limit is 10,000;
  // nothing that we read is deeper than a CRD's schema.
  int max_depth = 128;
  Duplicates duplicates =
      Duplicates::kReject;  // Read() keeps no names, and no check.
};

absl::StatusOr<Value> Parse(absl::string_view text,
                            const ReadOptions& options = {});

// One value of the text. Lives, as the views that it gives, until Read()
// returns.
class Cursor {
 public:
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;

  // For those who take values of any type; others just ask for theirs.
  Type type() const;

  // InvalidArgument where the value is of another type. `null` counts as an
  // empty object or array and leaves a scalar's target as it was, as Go's
  // decoder does.
  absl::Status ForEachField(absl::FunctionRef<absl::Status(
                                absl::string_view key, const Cursor& value)>
                                field) const;
  absl::Status ForEachItem(
      absl::FunctionRef<absl::Status(const Cursor& item)> item) const;
  absl::Status ReadString(std::string* out) const;
  absl::Status ReadStringView(absl::string_view* out) const;
  absl::Status ReadInt64(int64_t* out) const;
  absl::Status ReadDouble(double* out) const;
  absl::Status ReadBool(bool* out) const;
  absl::Status ReadValue(Value* out) const;

 private:
  friend class CursorAccess;
  explicit Cursor(const void* element) : element_(element) {}

  const void* element_;  // simdjson's, which its header would bring along.
};

absl::Status Read(absl::string_view text, const ReadOptions& options,
                  absl::FunctionRef<absl::Status(const Cursor& root)> visit);

}  // namespace kaito::json

#endif  // KAITO_BASE_JSON_READER_H_
