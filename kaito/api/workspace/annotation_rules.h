#ifndef KAITO_API_WORKSPACE_ANNOTATION_RULES_H_
#define KAITO_API_WORKSPACE_ANNOTATION_RULES_H_

// Rules about the annotations that KAITO reads.

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/workspace/validation_facts.h"

namespace kaito::api {

// "true" or "false", in any case; nullopt where the annotation is absent or
// something else.
std::optional<bool> BoolAnnotation(const ObjectMeta& metadata,
                                   absl::string_view key);

// Where errors about an annotation are: spec.metadata.annotations["key"].
std::string AnnotationPath(absl::string_view key);

void CheckAnnotations(const ObjectMeta& metadata, const ValidationFacts& facts,
                      FieldErrors& errors);

}  // namespace kaito::api

#endif  // KAITO_API_WORKSPACE_ANNOTATION_RULES_H_
