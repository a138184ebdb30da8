#include "kaito/runtime/oci/image_transfer.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/api/schema/image_reference.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/http/address_policy.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/oci/byte_stream.h"
#include "kaito/runtime/oci/credentials.h"
#include "kaito/runtime/oci/image_files.h"
#include "kaito/runtime/oci/image_layout.h"
#include "kaito/runtime/oci/manifest.h"
#include "kaito/runtime/oci/registry.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kMaxAuthBytes = 1 << 20;

absl::StatusOr<std::unique_ptr<Registry>> OpenRegistry(
    Clock& clock, const api::ImageReference& image,
    const TransferOptions& options, const StopToken& stop) {
  RegistryOptions out = {.registry = image.registry,
                         .repository = image.repository,
                         .retries = options.retries};
  if (!options.allow_private_addresses) {
    out.address_policy = http::PublicAddressesOnly;
  }
  if (!options.ca_file.empty()) {
    KAITO_ASSIGN_OR_RETURN(out.ca_pem,
                           ReadFile(options.ca_file, kMaxAuthBytes));
  }
  for (const std::string& file : options.auth_files) {
    KAITO_ASSIGN_OR_RETURN(std::string config, ReadFile(file, kMaxAuthBytes));
    const Secret text = Secret::Take(std::move(config));
    absl::StatusOr<Credentials> found =
        FindCredentials(text.Reveal(), image.registry);
    if (!found.ok()) return Annotate(found.status(), file);
    if (out.credentials.empty()) out.credentials = *std::move(found);
  }
  return Registry::Open(clock, std::move(out), stop);
}

absl::StatusOr<api::ImageReference> TargetOf(absl::string_view image) {
  KAITO_ASSIGN_OR_RETURN(api::ImageReference target,
                         api::ParseImageReference(image));
  if (target.digest.empty()) return target;
  return absl::InvalidArgumentError(absl::StrCat(
      image, ": an image is pushed to a tag; its digest comes of its content"));
}

}  // namespace

absl::Status PushLayout(Clock& clock, absl::string_view layout,
                        const PackedImage& packed, absl::string_view image,
                        const TransferOptions& options, const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(const api::ImageReference target, TargetOf(image));
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<Registry> registry,
                         OpenRegistry(clock, target, options, stop));
  const auto push = [&](const Descriptor& blob) {
    return registry->PushBlob(
        blob, [&] { return ReadFilePieces(BlobPath(layout, blob.digest)); });
  };
  for (const Descriptor& layer : packed.manifest.layers) {
    KAITO_RETURN_IF_ERROR(push(layer));
  }
  KAITO_RETURN_IF_ERROR(push(packed.manifest.config));
  return registry->PushManifest(target.Version(), packed.manifest_text,
                                packed.manifest.media_type);
}

absl::StatusOr<std::string> PushDirectory(Clock& clock,
                                          absl::string_view directory,
                                          absl::string_view image,
                                          const TransferOptions& options,
                                          const StopToken& stop) {
  // A wrong name is cheaper to find before the packing.
  KAITO_RETURN_IF_ERROR(TargetOf(image).status());
  // Beside the results, which are on a volume with room; a container's /tmp
  // may be small. In them, where only they are a volume.
  absl::StatusOr<TempDir> layout =
      TempDir::Create(Dirname(directory), ".kaito-push-");
  if (!layout.ok()) layout = TempDir::Create(directory, ".kaito-push-");
  KAITO_RETURN_IF_ERROR(layout.status());
  KAITO_ASSIGN_OR_RETURN(const PackedImage packed,
                         PackImage(directory, layout->path(),
                                   {.annotations = options.annotations}));
  KAITO_RETURN_IF_ERROR(
      PushLayout(clock, layout->path(), packed, image, options, stop));
  return packed.digest;
}

absl::StatusOr<ExtractedImage> PullImage(Clock& clock, absl::string_view image,
                                         absl::string_view output,
                                         const TransferOptions& options,
                                         const StopToken& stop) {
  absl::string_view layout = image;
  if (absl::ConsumePrefix(&layout, "oci:")) {
    const size_t colon = layout.rfind(':');
    const absl::string_view path = layout.substr(0, colon);
    LayoutSource source(path);
    return ExtractImage(source,
                        colon == absl::string_view::npos
                            ? absl::string_view()
                            : layout.substr(colon + 1),
                        output, options.limits);
  }
  KAITO_ASSIGN_OR_RETURN(const api::ImageReference target,
                         api::ParseImageReference(image));
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<Registry> registry,
                         OpenRegistry(clock, target, options, stop));
  return ExtractImage(*registry, target.Version(), output, options.limits);
}

}  // namespace kaito::runtime
