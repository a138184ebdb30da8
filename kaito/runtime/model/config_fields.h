#ifndef KAITO_RUNTIME_MODEL_CONFIG_FIELDS_H_
#define KAITO_RUNTIME_MODEL_CONFIG_FIELDS_H_

// ConfigFields: the members of a JSON object read with their type and range,
// for the configuration files of a model. A member that is null counts as
// absent, as Python's libraries write it.
//
//   const ConfigFields fields(object, "rope_scaling.");
//   KAITO_ASSIGN_OR_RETURN(const double factor,
//                          fields.Number("factor", 1, 1e6));
//   // "rope_scaling.factor is 0.5, wanted is a number from 1 to 1e+06"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"

namespace kaito::runtime {

class ConfigFields {
 public:
  // `object` outlives this; of another type, it has no members. `prefix` goes
  // before the names in messages.
  explicit ConfigFields(const json::Value& object,
                        absl::string_view prefix = "")
      : object_(object), prefix_(prefix) {}

  // Nullptr where it is absent or null.
  const json::Value* Find(absl::string_view name) const;

  // Those without a fallback must be there. InvalidArgument, with the full name
  // and the value, for another type and for what is out of range.
  absl::StatusOr<int64_t> Integer(absl::string_view name, int64_t min,
                                  int64_t max) const;
  absl::StatusOr<int64_t> Integer(absl::string_view name, int64_t min,
                                  int64_t max, int64_t fallback) const;
  absl::StatusOr<double> Number(absl::string_view name, double min,
                                double max) const;
  absl::StatusOr<double> Number(absl::string_view name, double min, double max,
                                double fallback) const;
  absl::StatusOr<bool> Bool(absl::string_view name, bool fallback) const;
  // "" where it is absent.
  absl::StatusOr<std::string> String(absl::string_view name) const;
  absl::StatusOr<std::optional<int64_t>> OptionalInteger(absl::string_view name,
                                                         int64_t min,
                                                         int64_t max) const;
  // Empty where it is absent.
  absl::StatusOr<std::vector<std::string>> Strings(
      absl::string_view name) const;
  // Exactly `size` of them.
  absl::StatusOr<std::vector<double>> Numbers(absl::string_view name,
                                              int64_t size, double min,
                                              double max) const;

  // "prefix.name is <value>, wanted is <wanted>".
  absl::Status Bad(absl::string_view name, absl::string_view wanted) const;

 private:
  const json::Value& object_;
  std::string prefix_;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_MODEL_CONFIG_FIELDS_H_
