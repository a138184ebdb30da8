#include "kaito/api/workspace/annotation_rules.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/names.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/credential.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/validation_facts.h"

namespace kaito::api {
namespace {

// Where the annotation is set and none of `values`, an error.
void CheckOneOf(const ObjectMeta& metadata, absl::string_view key,
                const std::vector<std::string>& values, FieldErrors& errors) {
  const auto it = metadata.annotations.find(std::string(key));
  if (it == metadata.annotations.end() ||
      std::find(values.begin(), values.end(), it->second) != values.end()) {
    return;
  }
  errors.NotSupported(AnnotationPath(key), it->second, values);
}

}  // namespace

std::optional<bool> BoolAnnotation(const ObjectMeta& metadata,
                                   absl::string_view key) {
  const absl::string_view value = metadata.annotation(key);
  if (absl::EqualsIgnoreCase(value, "true")) return true;
  if (absl::EqualsIgnoreCase(value, "false")) return false;
  return std::nullopt;
}

std::string AnnotationPath(absl::string_view key) {
  return absl::StrCat("spec.metadata.annotations[\"", key, "\"]");
}

void CheckAnnotations(const ObjectMeta& metadata, const ValidationFacts& facts,
                      FieldErrors& errors) {
  CheckOneOf(metadata, annotation::kNodeImageFamily, {"azurelinux", "ubuntu"},
             errors);
  CheckOneOf(metadata, annotation::kPerformanceMode,
             {"balanced", "interactivity", "throughput"}, errors);
  if (!facts.node_classes.empty()) {
    CheckOneOf(metadata, annotation::kNodeClassName, facts.node_classes,
               errors);
  }
  if (metadata.annotations.count(std::string(annotation::kUseLocalWeights)) &&
      !BoolAnnotation(metadata, annotation::kUseLocalWeights)) {
    errors.NotSupported(AnnotationPath(annotation::kUseLocalWeights),
                        metadata.annotation(annotation::kUseLocalWeights),
                        {"true", "false"});
  }
  const absl::string_view secret =
      metadata.annotation(annotation::kDataAccessSecret);
  if (secret.empty()) return;
  const std::string path = AnnotationPath(annotation::kDataAccessSecret);
  if (!CredentialKind(secret).empty()) {
    CheckNoCredentials(secret, path, errors);
  } else if (const std::string problem = ValidateDnsSubdomain(secret);
             !problem.empty()) {
    errors.Invalid(path,
                   absl::StrCat("no Secret can be called that: ", problem));
  }
}

}  // namespace kaito::api
