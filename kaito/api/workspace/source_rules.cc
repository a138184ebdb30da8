#include "kaito/api/workspace/source_rules.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/image_reference.h"
#include "kaito/api/meta/names.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"

namespace kaito::api {

void CheckSecretNames(const std::vector<std::string>& names,
                      absl::string_view path, absl::string_view about,
                      FieldErrors& errors) {
  for (size_t i = 0; i < names.size(); ++i) {
    const std::string problem = ValidateDnsSubdomain(names[i]);
    if (!problem.empty()) {
      errors.Invalid(
          absl::StrCat(path, "[", i, "]"),
          absl::StrCat(about, "no Secret can be called that: ", problem));
    }
  }
}

void CheckObjectName(absl::string_view name, absl::string_view path,
                     FieldErrors& errors) {
  if (name.empty()) return;
  const std::string problem = ValidateDnsSubdomain(name);
  if (!problem.empty()) errors.Invalid(path, problem);
}

void CheckImage(absl::string_view image, absl::string_view path,
                absl::string_view about, FieldErrors& errors) {
  const absl::Status status = ParseImageReference(image).status();
  if (!status.ok()) errors.Invalid(path, absl::StrCat(about, status.message()));
}

void CheckVolume(const json::Object& volume, absl::string_view path,
                 absl::string_view about, FieldErrors& errors) {
  if (volume.size() == 1) return;
  errors.Invalid(path, absl::StrCat(about,
                                    "a volume is of exactly one kind, as in "
                                    "persistentVolumeClaim; this one has ",
                                    volume.size()));
}

}  // namespace kaito::api
