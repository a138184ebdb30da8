#include "kaito/api/workspace/output_image.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/image_reference.h"
#include "kaito/api/schema/field_error.h"

namespace kaito::api {

bool IsPlaceholder(absl::string_view text) {
  return absl::StrContains(text, "_HERE") || absl::StrContains(text, "YOUR_") ||
         (absl::StrContains(text, "<") && absl::StrContains(text, ">"));
}

absl::Status CheckOutputImage(absl::string_view image) {
  if (IsPlaceholder(image)) {
    return absl::InvalidArgumentError(absl::StrCat(
        QuoteForMessage(image),
        " is the placeholder of the example: write your own registry and "
        "name, as in registry.example.com/team/adapter:1.0"));
  }
  const absl::StatusOr<ImageReference> reference = ParseImageReference(image);
  if (!reference.ok()) return reference.status();
  if (!reference->digest.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        QuoteForMessage(image),
        " has a digest, which is known only after the push: write a tag"));
  }
  if (reference->registry == "docker.io" &&
      absl::StartsWith(reference->repository, "library/")) {
    return absl::InvalidArgumentError(absl::StrCat(
        QuoteForMessage(image),
        " names no registry, and means one of Docker Hub's official images: "
        "write a registry, as in registry.example.com/team/adapter:1.0"));
  }
  return absl::OkStatus();
}

}  // namespace kaito::api
