#ifndef KAITO_RUNTIME_OCI_IMAGE_SOURCE_H_
#define KAITO_RUNTIME_OCI_IMAGE_SOURCE_H_

// Where an image comes from: a registry (registry.h) or a directory
// (image_layout.h). What they give is not verified yet; image_files.h does that.

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/oci/byte_stream.h"
#include "kaito/runtime/oci/manifest.h"

namespace kaito::runtime {

class ImageSource {
 public:
  virtual ~ImageSource() = default;

  // The text of a manifest or index, by tag or digest.
  virtual absl::StatusOr<std::string> ReadManifest(
      absl::string_view reference) = 0;

  // The source may be used as long as this object lives.
  virtual absl::StatusOr<ByteSource> OpenBlob(const Descriptor& blob) = 0;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_OCI_IMAGE_SOURCE_H_
