#ifndef KAITO_API_SCHEMA_IMAGE_REFERENCE_H_
#define KAITO_API_SCHEMA_IMAGE_REFERENCE_H_

// The name of a container image, [registry/]repository[:tag][@digest], by the
// grammar that Docker made and all registries and container runtimes share.
//
//   KAITO_ASSIGN_OR_RETURN(const ImageReference image,
//                          ParseImageReference("busybox:1.36"));
//   image.registry;    // "docker.io"
//   image.repository;  // "library/busybox"
//   image.ToString();  // "docker.io/library/busybox:1.36"
//
// Whether a registry may be talked to, and whether it has the image, are
// others' questions.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito::api {

struct ImageReference {
  std::string registry;    // Host, with ":port" where one is given.
  std::string repository;  // "library/busybox"
  std::string tag;         // Empty where none is given.
  std::string digest;      // "sha256:..."; empty where none is given.

  // In full, with the registry. Parsing it gives the same reference.
  std::string ToString() const;
  // What to ask the registry for: the digest, or the tag, or "latest".
  absl::string_view Version() const;

  bool operator==(const ImageReference&) const = default;
};

// InvalidArgument says which part is wrong, and how it should be. Text without
// a registry is Docker Hub's, as everywhere; its official images are under
// "library/".
absl::StatusOr<ImageReference> ParseImageReference(absl::string_view text);

}  // namespace kaito::api

#endif  // KAITO_API_SCHEMA_IMAGE_REFERENCE_H_
