#ifndef KAITO_RUNTIME_OCI_IMAGE_FILES_H_
#define KAITO_RUNTIME_OCI_IMAGE_FILES_H_

// Takes the files under /data out of an image, whoever made it: adapters and
// data sets in KAITO's layout, on any base image, of one layer or many.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const ExtractedImage image,
//       ExtractImage(source, "latest", "/mnt/adapter/demo", {}));
//
// Nothing counts before its digest does: manifests, and each layer before it is
// unpacked. Files get their names in `output` only when all of them are there.
// Links, devices and names that lead out of /data are refused.

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/oci/image_source.h"

namespace kaito::runtime {

struct ExtractOptions {
  // Of the compressed layers, and of the files, together.
  int64_t max_bytes = int64_t{64} << 30;
  int64_t max_files = 100'000;
};

struct ExtractedImage {
  std::string digest;  // Of the manifest that was chosen.
  int64_t files = 0;
  int64_t file_bytes = 0;
};

// `reference` is a tag or a digest. InvalidArgument for an image that is broken,
// too large, or has no files under /data; what is in `output` under other names
// stays.
absl::StatusOr<ExtractedImage> ExtractImage(ImageSource& source,
                                            absl::string_view reference,
                                            absl::string_view output,
                                            const ExtractOptions& options);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_OCI_IMAGE_FILES_H_
