#ifndef KAITO_RUNTIME_OCI_IMAGE_TRANSFER_H_
#define KAITO_RUNTIME_OCI_IMAGE_TRANSFER_H_

// A directory to an image in a registry, and back: what `tune --push`, `pack`
// and `pull` do.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const std::string digest,
//       PushDirectory(clock, "/mnt/results", "ghcr.io/me/adapter:v1",
//                     {.auth_files = {"/mnt/secrets/push/config.json"}}, stop));
//
// Pushing again what is there already sends nothing but the manifest.

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/retry_policy.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/oci/image_files.h"
#include "kaito/runtime/oci/image_layout.h"

namespace kaito::runtime {

struct TransferOptions {
  // Files like docker's config.json: the first that knows the registry counts.
  std::vector<std::string> auth_files;
  // Whether registries at private and loopback addresses are talked to.
  bool allow_private_addresses = false;
  std::string ca_file;  // PEM; "" trusts the system's authorities.
  http::RetryPolicy retries;
  // Of a pushed image's manifest.
  std::map<std::string, std::string> annotations;
  ExtractOptions limits;
};

// Packs and pushes; returns the manifest's digest. `image` has no digest of its
// own. Needs room beside `directory`, or in it, for the packed layer.
absl::StatusOr<std::string> PushDirectory(Clock& clock,
                                          absl::string_view directory,
                                          absl::string_view image,
                                          const TransferOptions& options,
                                          const StopToken& stop);

// Pushes a layout that PackImage() made.
absl::Status PushLayout(Clock& clock, absl::string_view layout,
                        const PackedImage& packed, absl::string_view image,
                        const TransferOptions& options, const StopToken& stop);

// Takes the files under /data into `output`. "oci:PATH" and "oci:PATH:TAG" read
// a layout.
absl::StatusOr<ExtractedImage> PullImage(Clock& clock, absl::string_view image,
                                         absl::string_view output,
                                         const TransferOptions& options,
                                         const StopToken& stop);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_OCI_IMAGE_TRANSFER_H_
