#include "kaito/runtime/oci/image_files.h"

#include <sys/stat.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/file_system.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/oci/byte_stream.h"
#include "kaito/runtime/oci/compression.h"
#include "kaito/runtime/oci/image_source.h"
#include "kaito/runtime/oci/manifest.h"
#include "kaito/runtime/oci/tar.h"

namespace kaito::runtime {
namespace {

constexpr absl::string_view kRoot = "/data";
// A layer's file of this name hides one of the layers below.
constexpr absl::string_view kWhiteout = ".wh.";
constexpr absl::string_view kOpaque = ".wh..wh..opq";

std::string Shown(absl::string_view name) {
  return json::Quote(name.substr(0, 200));
}

class Extractor {
 public:
  Extractor(ImageSource& source, const ExtractOptions& options)
      : source_(source), options_(options) {}

  absl::StatusOr<ExtractedImage> Run(absl::string_view reference,
                                     absl::string_view output) {
    KAITO_ASSIGN_OR_RETURN(const Manifest manifest, Find(reference));
    KAITO_RETURN_IF_ERROR(MakeDirs(output));
    KAITO_ASSIGN_OR_RETURN(const TempDir staging,
                           TempDir::Create(output, ".kaito-pull-"));
    files_ = JoinPath(staging.path(), "data");
    KAITO_RETURN_IF_ERROR(MakeDirs(files_));
    for (const Descriptor& layer : manifest.layers) {
      KAITO_RETURN_IF_ERROR(
          Annotate(ExtractLayer(layer, JoinPath(staging.path(), "layer")),
                   absl::StrCat("layer ", layer.digest)));
    }
    KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                           ListDir(files_, options_.max_files));
    if (names.empty()) {
      return absl::InvalidArgumentError(
          "the image has no files under /data: it is no adapter or data set in "
          "KAITO's layout");
    }
    for (const std::string& name : names) {
      KAITO_RETURN_IF_ERROR(MoveIn(name, output));
    }
    return image_;
  }

 private:
  // The manifest of an image, through an index where there is one.
  absl::StatusOr<Manifest> Find(absl::string_view reference) {
    KAITO_ASSIGN_OR_RETURN(Manifest manifest, ReadManifest(reference));
    if (manifest.manifests.empty()) return manifest;
    KAITO_ASSIGN_OR_RETURN(manifest,
                           ReadManifest(ChooseManifest(manifest).digest));
    if (manifest.manifests.empty()) return manifest;
    return absl::InvalidArgumentError("an index lists another index");
  }

  absl::StatusOr<Manifest> ReadManifest(absl::string_view reference) {
    KAITO_ASSIGN_OR_RETURN(const std::string text,
                           source_.ReadManifest(reference));
    image_.digest = DigestOf(text);
    if (absl::StartsWith(reference, "sha256:") && image_.digest != reference) {
      return absl::DataLossError(absl::StrCat("manifest ", reference,
                                              ": what came has the digest ",
                                              image_.digest));
    }
    absl::StatusOr<Manifest> manifest = ParseManifest(text);
    if (!manifest.ok()) return Annotate(manifest.status(), "manifest");
    return manifest;
  }

  absl::Status ExtractLayer(const Descriptor& layer, const std::string& path) {
    KAITO_RETURN_IF_ERROR(Download(layer, path));
    KAITO_ASSIGN_OR_RETURN(ByteSource pieces, ReadFilePieces(path));
    TarReader tar(Decompressed(std::move(pieces)));
    while (true) {
      KAITO_ASSIGN_OR_RETURN(const std::optional<TarEntry> entry, tar.Next());
      if (!entry.has_value()) break;
      KAITO_RETURN_IF_ERROR(Take(*entry, tar));
    }
    return RealFileSystem().Remove(path);
  }

  absl::Status Download(const Descriptor& layer, const std::string& path) {
    downloaded_ += layer.size;
    if (downloaded_ > options_.max_bytes) {
      return absl::InvalidArgumentError(absl::StrCat(
          "the layers have more than ", options_.max_bytes, " bytes"));
    }
    KAITO_ASSIGN_OR_RETURN(const ByteSource pieces, source_.OpenBlob(layer));
    KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<FileWriter> file,
                           RealFileSystem().Create(path, 0600));
    Sha256 sha;
    int64_t size = 0;
    while (true) {
      KAITO_ASSIGN_OR_RETURN(const std::string piece, pieces());
      if (piece.empty()) break;
      size += static_cast<int64_t>(piece.size());
      if (size > layer.size) break;
      sha.Update(piece);
      KAITO_RETURN_IF_ERROR(WriteAll(*file, piece));
    }
    KAITO_RETURN_IF_ERROR(file->Close());
    if (size != layer.size) {
      return absl::DataLossError(
          absl::StrCat("what came has ", size > layer.size ? "more" : "fewer",
                       " bytes than ", layer.size));
    }
    const std::string digest = absl::StrCat("sha256:", sha.Hex());
    if (digest != layer.digest) {
      return absl::DataLossError(
          absl::StrCat("what came has the digest ", digest));
    }
    return absl::OkStatus();
  }

  absl::Status Take(const TarEntry& entry, TarReader& tar) {
    // "data/x", "./data/x" and "/data/x" are the same place in an image.
    const std::string name = CleanPath(absl::StrCat("/", entry.name));
    if (!IsUnder(kRoot, name)) return absl::OkStatus();
    const absl::string_view below =
        absl::StripPrefix(absl::string_view(name).substr(kRoot.size()), "/");
    const bool directory = entry.type == TarEntry::Type::kDirectory;
    if (directory && below.empty()) return absl::OkStatus();
    if (below.empty() || (!directory && entry.type != TarEntry::Type::kFile)) {
      return Refuse(entry);
    }
    KAITO_ASSIGN_OR_RETURN(const std::string path, JoinUnder(files_, below));
    if (directory) return Annotate(MakeDirs(path), Shown(entry.name));
    const std::string base = Basename(path);
    if (base == kOpaque) return RemoveAll(Dirname(path));
    if (absl::StartsWith(base, kWhiteout)) {
      const std::string hidden = base.substr(kWhiteout.size());
      if (hidden.empty() || hidden == "." || hidden == "..") {
        return Refuse(entry);
      }
      return RemoveAll(JoinPath(Dirname(path), hidden));
    }
    return Annotate(WriteFile(path, entry, tar), Shown(entry.name));
  }

  static absl::Status Refuse(const TarEntry& entry) {
    return absl::InvalidArgumentError(
        absl::StrCat(Shown(entry.name),
                     ": is refused, only files and directories are taken"));
  }

  absl::Status WriteFile(const std::string& path, const TarEntry& entry,
                         TarReader& tar) {
    ++image_.files;
    image_.file_bytes += entry.size;
    if (image_.files > options_.max_files ||
        image_.file_bytes > options_.max_bytes) {
      return absl::InvalidArgumentError(
          absl::StrCat("more than ", options_.max_files, " files, or ",
                       options_.max_bytes, " bytes of them"));
    }
    KAITO_RETURN_IF_ERROR(MakeDirs(Dirname(path)));
    // A layer above replaces what one below had.
    KAITO_RETURN_IF_ERROR(RemoveAll(path));
    KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<FileWriter> file,
                           RealFileSystem().Create(path, 0644));
    while (true) {
      KAITO_ASSIGN_OR_RETURN(const std::string piece, tar.Read());
      if (piece.empty()) break;
      KAITO_RETURN_IF_ERROR(WriteAll(*file, piece));
    }
    KAITO_RETURN_IF_ERROR(file->Sync());
    return file->Close();
  }

  absl::Status MoveIn(const std::string& name, absl::string_view output) {
    const std::string to = JoinPath(output, name);
    struct stat info;
    if (lstat(to.c_str(), &info) == 0 && S_ISDIR(info.st_mode)) {
      KAITO_RETURN_IF_ERROR(RemoveAll(to));
    }
    return RealFileSystem().Rename(JoinPath(files_, name), to);
  }

  ImageSource& source_;
  const ExtractOptions& options_;
  std::string files_;  // Where they are put before they are all there.
  int64_t downloaded_ = 0;
  ExtractedImage image_;
};

}  // namespace

absl::StatusOr<ExtractedImage> ExtractImage(ImageSource& source,
                                            absl::string_view reference,
                                            absl::string_view output,
                                            const ExtractOptions& options) {
  return Extractor(source, options).Run(reference, output);
}

}  // namespace kaito::runtime
