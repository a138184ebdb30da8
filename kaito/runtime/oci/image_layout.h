#ifndef KAITO_RUNTIME_OCI_IMAGE_LAYOUT_H_
#define KAITO_RUNTIME_OCI_IMAGE_LAYOUT_H_

// An image as a directory, in OCI's image layout: what a directory is packed
// into before it is pushed, and what skopeo reads as oci:PATH.
//
//   KAITO_ASSIGN_OR_RETURN(const PackedImage image,
//                          PackImage("/mnt/results", layout, {}));
//   image.digest;   // The same for the same files, on any machine.
//
// The image has KAITO's layout: one layer, with the files under /data. Of an
// adapter's directory those are adapter_config.json and
// adapter_model.safetensors; of any other one all its files.

#include <cstdint>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/file_system.h"
#include "kaito/runtime/oci/byte_stream.h"
#include "kaito/runtime/oci/image_source.h"
#include "kaito/runtime/oci/manifest.h"

namespace kaito::runtime {

struct PackOptions {
  std::string tag;  // Named in the layout's index; may be empty.
  // Of the manifest; KAITO's is sh.kaito.model.name.
  std::map<std::string, std::string> annotations;
  FileSystem* file_system = nullptr;  // Null: the real one.
};

struct PackedImage {
  std::string digest;  // Of the manifest.
  std::string manifest_text;
  Manifest manifest;
  int64_t files = 0;
  int64_t file_bytes = 0;
};

// Writes blobs, index.json and oci-layout below `layout`, which is made where it
// is missing. InvalidArgument for a directory without files, and for one that
// holds anything but files and directories.
absl::StatusOr<PackedImage> PackImage(absl::string_view directory,
                                      absl::string_view layout,
                                      const PackOptions& options);

// Path of a blob below a layout. `digest` must be checked.
std::string BlobPath(absl::string_view layout, absl::string_view digest);

// Reads a layout. A tag "" is its only image; NotFound where there is no such
// one.
class LayoutSource : public ImageSource {
 public:
  explicit LayoutSource(absl::string_view layout) : layout_(layout) {}

  absl::StatusOr<std::string> ReadManifest(
      absl::string_view reference) override;
  absl::StatusOr<ByteSource> OpenBlob(const Descriptor& blob) override;

 private:
  std::string layout_;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_OCI_IMAGE_LAYOUT_H_
