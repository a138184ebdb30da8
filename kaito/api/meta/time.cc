#include "kaito/api/meta/time.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "kaito/api/schema/decode_context.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"

namespace kaito::api {
namespace {

template <typename T>
class TimeType final : public Type {
 public:
  explicit TimeType(std::string (*print)(absl::Time)) : format_(print) {}

  Kind kind() const override { return Kind::kString; }
  absl::string_view format() const override { return "date-time"; }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    if (value.is_null()) return;
    const std::string* text = value.string();
    if (text == nullptr) return context.WrongType("string", value);
    const auto time = ParseTimestamp(*text);
    if (!time.ok()) return context.Invalid(time.status().message());
    static_cast<T*>(out)->value = *time;
  }
  json::Value Encode(const void* in) const override {
    return format_(static_cast<const T*>(in)->value);
  }
  // An absent time is an empty std::optional.
  bool IsEmpty(const void* in) const override { return false; }

 private:
  std::string (*const format_)(absl::Time);
};

}  // namespace

std::string FormatTimestamp(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

std::string FormatMicroTimestamp(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", time, absl::UTCTimeZone());
}

absl::StatusOr<absl::Time> ParseTimestamp(absl::string_view text) {
  absl::Time time;
  std::string error;
  const bool parsed = text.size() <= 64 && !text.empty() &&
                      text.front() != ' ' && text.back() != ' ' &&
                      absl::ParseTime(absl::RFC3339_full, text, &time, &error);
  const auto year =
      parsed ? absl::ToCivilYear(time, absl::UTCTimeZone()).year() : 0;
  if (!parsed || year < 1 || year > 9999) {
    return absl::InvalidArgumentError(
        absl::StrCat("not an RFC 3339 time, such as 2026-11-24T13:02:25Z: ",
                     QuoteForMessage(text)));
  }
  return time;
}

const Type& TypeOf(const Timestamp*) {
  static const auto* type = new TimeType<Timestamp>(FormatTimestamp);
  return *type;
}

const Type& TypeOf(const MicroTimestamp*) {
  static const auto* type = new TimeType<MicroTimestamp>(FormatMicroTimestamp);
  return *type;
}

}  // namespace kaito::api
