#ifndef KAITO_API_META_QUANTITY_H_
#define KAITO_API_META_QUANTITY_H_

// An amount of a resource as the Kubernetes API writes it: "500m" of a CPU,
// "16Gi" of memory, "1" GPU. Exact: whole multiples of 10^-9, compared by
// amount ("1024Mi" equals "1Gi"), printed in the one canonical form.
//
//   KAITO_ASSIGN_OR_RETURN(const Quantity disk, Quantity::Parse("1024Gi"));
//   disk.ToString()  ==  "1Ti"
//   disk.Value()     ==  1099511627776
//   total = total + disk;
//
// Not for measurements with fractions below 10^-9, and not for money.

#include <compare>
#include <cstdint>
#include <string>

#include "absl/numeric/int128.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {

class Quantity {
 public:
  // Which family of suffixes it is printed with.
  enum class Format {
    kDecimalSi,        // n u m "" k M G T P E
    kBinarySi,         // Ki Mi Gi Ti Pi Ei
    kDecimalExponent,  // e-9 ... e27
  };

  Quantity() = default;  // 0.
  explicit Quantity(int64_t value, Format format = Format::kDecimalSi);
  static Quantity Milli(int64_t value, Format format = Format::kDecimalSi);

  // As the API server reads it: what is below 10^-9 is rounded away from 0, and
  // more than 2^63 - 1 with a binary suffix becomes 2^63 - 1. InvalidArgument
  // where the text is no quantity, or from 10^28 on.
  static absl::StatusOr<Quantity> Parse(absl::string_view text);

  // The canonical form: no fraction, the largest suffix that allows for it.
  std::string ToString() const;

  // In whole units and in thousandths, rounded away from 0; what int64_t can't
  // hold becomes its largest or smallest value.
  int64_t Value() const;
  int64_t MilliValue() const;
  int sign() const;  // -1, 0 or 1.
  Format format() const { return format_; }

  // Sums have the format of the first operand that is not 0. Results beyond
  // +-(10^28 - 10^-9) become that.
  Quantity operator+(const Quantity& other) const;
  Quantity operator-(const Quantity& other) const;
  Quantity operator*(int64_t factor) const;

  // By amount alone.
  bool operator==(const Quantity& other) const {
    return nanos_ == other.nanos_;
  }
  std::strong_ordering operator<=>(const Quantity& other) const;

 private:
  friend class QuantityType;
  Quantity(absl::int128 nanos, Format format)
      : nanos_(nanos), format_(format) {}

  absl::int128 nanos_ = 0;  // Less than 10^37 on either side of 0.
  Format format_ = Format::kDecimalSi;
  // What was parsed, where that is not the canonical form: written back as it
  // came, since a field may be immutable.
  std::string given_;
  bool given_as_number_ = false;  // In JSON: 4 rather than "4".
};

const Type& TypeOf(const Quantity*);

}  // namespace kaito::api

#endif  // KAITO_API_META_QUANTITY_H_
