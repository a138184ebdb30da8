// What a registry may answer: the first byte chooses between a layer, a manifest
// and a login's challenge.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/oci/byte_stream.h"
#include "kaito/runtime/oci/compression.h"
#include "kaito/runtime/oci/credentials.h"
#include "kaito/runtime/oci/manifest.h"
#include "kaito/runtime/oci/tar.h"

namespace kaito::runtime {
namespace {

// Enough for any path through the code; bombs are the caller's to stop.
constexpr int64_t kMaxBytes = 1 << 20;

void ReadLayer(absl::string_view text) {
  ByteSource source = [text]() mutable -> absl::StatusOr<std::string> {
    const absl::string_view piece = text.substr(0, 700);
    text.remove_prefix(piece.size());
    return std::string(piece);
  };
  TarReader tar(Decompressed(std::move(source)));
  int64_t bytes = 0;
  while (bytes < kMaxBytes) {
    const absl::StatusOr<std::optional<TarEntry>> entry = tar.Next();
    if (!entry.ok() || !entry->has_value()) return;
    bytes += 512;
    while (bytes < kMaxBytes) {
      const absl::StatusOr<std::string> piece = tar.Read();
      if (!piece.ok()) return;
      if (piece->empty()) break;
      bytes += static_cast<int64_t>(piece->size());
    }
  }
}

void ReadManifest(absl::string_view text) {
  const absl::StatusOr<Manifest> manifest = ParseManifest(text);
  if (!manifest.ok()) return;
  if (!ParseManifest(FormatManifest(*manifest)).ok()) __builtin_trap();
}

}  // namespace
}  // namespace kaito::runtime

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace kaito::runtime;
  if (size == 0) return 0;
  const absl::string_view text(reinterpret_cast<const char*>(data) + 1,
                               size - 1);
  switch (data[0] % 4) {
    case 0:
      ReadLayer(text);
      break;
    case 1:
      ReadManifest(text);
      break;
    case 2:
      (void)ParseChallenge(text);
      break;
    case 3:
      (void)FindCredentials(text, "ghcr.io");
      break;
  }
  return 0;
}
