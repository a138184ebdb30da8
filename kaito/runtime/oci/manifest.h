#ifndef KAITO_RUNTIME_OCI_MANIFEST_H_
#define KAITO_RUNTIME_OCI_MANIFEST_H_

// The JSON documents of an image: its manifest, and the index that lists
// manifests for several machines. OCI's, and Docker's of the same shape.
//
//   KAITO_ASSIGN_OR_RETURN(const Manifest manifest, ParseManifest(body));
//   if (!manifest.manifests.empty()) ...   // An index.
//
// Pure. Text may come from anyone: digests are checked for their form, and sizes
// for their sign.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime {

inline constexpr absl::string_view kOciManifestType =
    "application/vnd.oci.image.manifest.v1+json";
inline constexpr absl::string_view kOciIndexType =
    "application/vnd.oci.image.index.v1+json";
inline constexpr absl::string_view kOciConfigType =
    "application/vnd.oci.image.config.v1+json";
inline constexpr absl::string_view kOciGzipLayerType =
    "application/vnd.oci.image.layer.v1.tar+gzip";
inline constexpr absl::string_view kDockerManifestType =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr absl::string_view kDockerIndexType =
    "application/vnd.docker.distribution.manifest.list.v2+json";

struct Descriptor {
  std::string media_type;
  std::string digest;  // "sha256:" and 64 digits.
  int64_t size = 0;
  // Of an index' entries.
  std::string os;
  std::string architecture;
  std::map<std::string, std::string> annotations;
};

struct Manifest {
  std::string media_type;
  Descriptor config;
  std::vector<Descriptor> layers;
  std::vector<Descriptor> manifests;  // Of an index; then the others are empty.
  std::map<std::string, std::string> annotations;
};

// InvalidArgument names the field.
absl::StatusOr<Manifest> ParseManifest(absl::string_view text);

// An OCI manifest, or an index where it lists manifests. The same value gives
// the same text.
std::string FormatManifest(const Manifest& manifest);

// The entry for Linux on this kind of machine, else the first one.
const Descriptor& ChooseManifest(const Manifest& index);

// "sha256:" and the digest of `data`.
std::string DigestOf(absl::string_view data);

// InvalidArgument for all but sha256 in lower case.
absl::Status CheckDigest(absl::string_view digest);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_OCI_MANIFEST_H_
