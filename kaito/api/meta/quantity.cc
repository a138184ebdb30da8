#include "kaito/api/meta/quantity.h"

#include <algorithm>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "absl/numeric/int128.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/decode_context.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"

namespace kaito::api {
namespace {

using Format = Quantity::Format;

constexpr int64_t kNano = 1'000'000'000;
// Digits of the largest amount in nanos: a sum of two has at most 38, as int128
// has.
constexpr int kMostDigits = 37;
// A longer text is a mistake; every quantity in use has less than 30
// characters.
constexpr size_t kLongestText = 128;
constexpr int64_t kLargestInt64 = std::numeric_limits<int64_t>::max();

struct Suffix {
  absl::string_view text;
  int exponent;  // Of 10, or the power of 1024.
};
constexpr Suffix kDecimal[] = {{"n", -9}, {"u", -6}, {"m", -3}, {"", 0},
                               {"k", 3},  {"M", 6},  {"G", 9},  {"T", 12},
                               {"P", 15}, {"E", 18}};
constexpr Suffix kBinary[] = {{"Ki", 1}, {"Mi", 2}, {"Gi", 3},
                              {"Ti", 4}, {"Pi", 5}, {"Ei", 6}};

absl::int128 LargestNanos() {
  static const absl::int128 largest = [] {
    absl::int128 power = 1;
    for (int i = 0; i < kMostDigits; ++i) power *= 10;
    return power - 1;
  }();
  return largest;
}

absl::int128 Clamp(absl::int128 nanos) {
  return std::clamp(nanos, -LargestNanos(), LargestNanos());
}

absl::int128 Magnitude(absl::int128 n) { return n < 0 ? -n : n; }

// absl::int128 prints only to streams.
std::string Digits(absl::int128 n) {
  std::string digits;
  do {
    digits.push_back(static_cast<char>('0' + static_cast<int>(n % 10)));
    n /= 10;
  } while (n != 0);
  std::reverse(digits.begin(), digits.end());
  return digits;
}

size_t CountDigits(absl::string_view text) {
  size_t n = 0;
  while (n < text.size() &&
         absl::ascii_isdigit(static_cast<unsigned char>(text[n]))) {
    ++n;
  }
  return n;
}

// A quantity's text, taken apart: +-digits * 10^exponent * 1024^kilos.
struct Parts {
  bool negative = false;
  std::string digits;
  int exponent = 0;
  int kilos = 0;
  Format format = Format::kDecimalSi;
};

bool ReadSuffix(absl::string_view suffix, Parts& parts) {
  for (const Suffix& s : kDecimal) {
    if (suffix != s.text) continue;
    parts.exponent += s.exponent;
    return true;
  }
  for (const Suffix& s : kBinary) {
    if (suffix != s.text) continue;
    parts.kilos = s.exponent;
    parts.format = Format::kBinarySi;
    return true;
  }
  if (suffix[0] != 'e' && suffix[0] != 'E') return false;
  int exponent = 0;
  absl::string_view number = suffix.substr(1);
  // SimpleAtoi would take a space, and no two signs.
  absl::string_view unsigned_number = number;
  if (!number.empty() && (number[0] == '-' || number[0] == '+')) {
    unsigned_number.remove_prefix(1);
  }
  if (unsigned_number.empty() ||
      CountDigits(unsigned_number) != unsigned_number.size() ||
      !absl::SimpleAtoi(number, &exponent) || exponent < -10'000 ||
      exponent > 10'000) {
    return false;
  }
  parts.exponent += exponent;
  parts.format = Format::kDecimalExponent;
  return true;
}

std::optional<Parts> TakeApart(absl::string_view text) {
  Parts parts;
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) {
    parts.negative = text[0] == '-';
    text.remove_prefix(1);
  }
  const size_t whole = CountDigits(text);
  parts.digits = std::string(text.substr(0, whole));
  text.remove_prefix(whole);
  if (!text.empty() && text[0] == '.') {
    text.remove_prefix(1);
    const size_t fraction = CountDigits(text);
    parts.digits.append(text.data(), fraction);
    parts.exponent -= static_cast<int>(fraction);
    text.remove_prefix(fraction);
  }
  if (parts.digits.empty() || !ReadSuffix(text, parts)) return std::nullopt;
  return parts;
}

// Decimal digits times 1024, however many they are.
void TimesKilo(std::string& digits) {
  int carry = 0;
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit) {
    const int product = (*digit - '0') * 1024 + carry;
    *digit = static_cast<char>('0' + product % 10);
    carry = product / 10;
  }
  if (carry > 0) digits.insert(0, absl::StrCat(carry));
}

// The magnitude in nanos, rounded up; nullopt where it has too many digits.
std::optional<absl::int128> ToNanos(Parts parts) {
  for (int i = 0; i < parts.kilos; ++i) TimesKilo(parts.digits);
  std::string digits = parts.digits.substr(
      std::min(parts.digits.find_first_not_of('0'), parts.digits.size()));
  if (digits.empty()) return 0;
  const int shift = parts.exponent + 9;
  bool round_up = false;
  if (shift >= 0) {
    if (static_cast<int>(digits.size()) + shift > kMostDigits) {
      return std::nullopt;
    }
    digits.append(shift, '0');
  } else {
    const int dropped = std::min(-shift, static_cast<int>(digits.size()));
    const size_t kept = digits.size() - dropped;
    round_up = digits.find_first_not_of('0', kept) != digits.npos;
    digits.resize(kept);
    if (static_cast<int>(digits.size()) > kMostDigits) return std::nullopt;
  }
  absl::int128 nanos = 0;
  for (const char digit : digits) nanos = nanos * 10 + (digit - '0');
  if (round_up) ++nanos;
  if (nanos > LargestNanos()) return std::nullopt;
  return nanos;
}

int64_t RoundAway(absl::int128 nanos, int64_t unit) {
  absl::int128 value = nanos / unit;
  if (nanos % unit != 0) value += nanos < 0 ? -1 : 1;
  if (value > kLargestInt64) return kLargestInt64;
  if (value < std::numeric_limits<int64_t>::min()) {
    return std::numeric_limits<int64_t>::min();
  }
  return static_cast<int64_t>(value);
}

std::string DecimalText(absl::int128 magnitude, Format format) {
  int exponent = -9;
  while (magnitude % 1000 == 0) {
    magnitude /= 1000;
    exponent += 3;
  }
  if (format == Format::kDecimalSi) {
    for (const Suffix& s : kDecimal) {
      if (s.exponent == exponent)
        return absl::StrCat(Digits(magnitude), s.text);
    }
  }
  if (exponent == 0) return Digits(magnitude);
  // Also where the suffixes end.
  return absl::StrCat(Digits(magnitude), "e", exponent);
}

std::string BinaryText(absl::int128 whole) {
  absl::string_view suffix;
  for (const Suffix& s : kBinary) {
    if (whole % 1024 != 0) break;
    whole /= 1024;
    suffix = s.text;
  }
  return absl::StrCat(Digits(whole), suffix);
}

}  // namespace

Quantity::Quantity(int64_t value, Format format)
    : nanos_(absl::int128(value) * kNano), format_(format) {}

Quantity Quantity::Milli(int64_t value, Format format) {
  return Quantity(absl::int128(value) * (kNano / 1000), format);
}

absl::StatusOr<Quantity> Quantity::Parse(absl::string_view text) {
  const std::optional<Parts> parts =
      text.size() <= kLongestText ? TakeApart(text) : std::nullopt;
  if (!parts.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "not a quantity: ", QuoteForMessage(text),
        ": write a number and one of n u m k M G T P E Ki Mi Gi Ti Pi Ei, such "
        "as 500m or 16Gi"));
  }
  std::optional<absl::int128> nanos = ToNanos(*parts);
  Quantity quantity;
  quantity.format_ = parts->format;
  if (parts->format == Format::kBinarySi) {
    const absl::int128 limit = absl::int128(kLargestInt64) * kNano;
    nanos = std::min(nanos.value_or(limit), limit);
    // So that sums with it are printed exactly.
    if (*nanos > 0 && *nanos < kNano) quantity.format_ = Format::kDecimalSi;
  }
  if (!nanos.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("quantity ", QuoteForMessage(text),
                     " is out of range: it must be less than 1e28"));
  }
  quantity.nanos_ = parts->negative ? -*nanos : *nanos;
  if (quantity.ToString() != text) quantity.given_ = std::string(text);
  return quantity;
}

std::string Quantity::ToString() const {
  if (nanos_ == 0) return "0";
  const absl::int128 magnitude = Magnitude(nanos_);
  const absl::string_view minus = nanos_ < 0 ? "-" : "";
  if (format_ != Format::kBinarySi) {
    return absl::StrCat(minus, DecimalText(magnitude, format_));
  }
  // Small and fractional amounts have no exact binary form.
  if (magnitude < absl::int128(1024) * kNano || magnitude % kNano != 0) {
    return absl::StrCat(minus, DecimalText(magnitude, Format::kDecimalSi));
  }
  return absl::StrCat(minus, BinaryText(magnitude / kNano));
}

int64_t Quantity::Value() const { return RoundAway(nanos_, kNano); }
int64_t Quantity::MilliValue() const { return RoundAway(nanos_, kNano / 1000); }

int Quantity::sign() const {
  if (nanos_ == 0) return 0;
  return nanos_ < 0 ? -1 : 1;
}

Quantity Quantity::operator+(const Quantity& other) const {
  // Two numbers of 37 digits have a sum that int128 holds.
  return Quantity(Clamp(nanos_ + other.nanos_),
                  nanos_ == 0 ? other.format_ : format_);
}

Quantity Quantity::operator-(const Quantity& other) const {
  return Quantity(Clamp(nanos_ - other.nanos_),
                  nanos_ == 0 ? other.format_ : format_);
}

Quantity Quantity::operator*(int64_t factor) const {
  if (nanos_ == 0 || factor == 0) return Quantity(absl::int128(0), format_);
  const absl::int128 factor_magnitude = Magnitude(absl::int128(factor));
  if (Magnitude(nanos_) > LargestNanos() / factor_magnitude) {
    const bool negative = (nanos_ < 0) != (factor < 0);
    return Quantity(negative ? -LargestNanos() : LargestNanos(), format_);
  }
  return Quantity(nanos_ * factor, format_);
}

std::strong_ordering Quantity::operator<=>(const Quantity& other) const {
  if (nanos_ < other.nanos_) return std::strong_ordering::less;
  if (nanos_ > other.nanos_) return std::strong_ordering::greater;
  return std::strong_ordering::equal;
}

class QuantityType final : public Type {
 public:
  Kind kind() const override { return Kind::kIntOrString; }
  absl::string_view pattern() const override {
    return "^(\\+|-)?(([0-9]+(\\.[0-9]*)?)|(\\.[0-9]+))(([KMGTPE]i)|"
           "[numkMGTPE]|([eE](\\+|-)?[0-9]+))?$";
  }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    if (value.is_null()) return;
    std::string text;
    if (const std::string* string = value.string()) {
      // As the API server does, inside a string.
      text = std::string(absl::StripAsciiWhitespace(*string));
    } else if (value.is_number()) {
      text = json::Write(value);
    } else {
      return context.WrongType("quantity", value);
    }
    absl::StatusOr<Quantity> parsed = Quantity::Parse(text);
    if (!parsed.ok()) return context.Invalid(parsed.status().message());
    auto& quantity = *static_cast<Quantity*>(out);
    quantity = *std::move(parsed);
    quantity.given_as_number_ = value.is_int();
  }
  json::Value Encode(const void* in) const override {
    const auto& quantity = *static_cast<const Quantity*>(in);
    if (quantity.given_as_number_) return quantity.Value();
    return quantity.given_.empty() ? quantity.ToString() : quantity.given_;
  }
  // An absent quantity is an empty std::optional: "0" means something.
  bool IsEmpty(const void* in) const override { return false; }
};

const Type& TypeOf(const Quantity*) {
  static const auto* type = new QuantityType;
  return *type;
}

}  // namespace kaito::api
