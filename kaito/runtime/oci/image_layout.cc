#include "kaito/runtime/oci/image_layout.h"

#include <sys/stat.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/api/job/layout.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/file_system.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/oci/byte_stream.h"
#include "kaito/runtime/oci/compression.h"
#include "kaito/runtime/oci/manifest.h"
#include "kaito/runtime/oci/tar.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kMaxEntries = 100'000;
constexpr int kMaxDepth = 32;
constexpr int64_t kMaxIndexBytes = 4 << 20;
constexpr absl::string_view kRoot = "data";
constexpr absl::string_view kTagAnnotation =
    "org.opencontainers.image.ref.name";

struct SourceFile {
  std::string path;
  std::string name;  // Below the directory.
  int64_t size = 0;
};

absl::StatusOr<SourceFile> Look(absl::string_view directory,
                                absl::string_view name) {
  SourceFile file = {.path = JoinPath(directory, name),
                     .name = std::string(name)};
  struct stat info;
  if (lstat(file.path.c_str(), &info) != 0) {
    return ErrnoToStatus(errno, file.path);
  }
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat(file.path, ": is no regular file"));
  }
  file.size = info.st_size;
  return file;
}

absl::Status Walk(absl::string_view root, const std::string& below, int depth,
                  std::vector<SourceFile>* files) {
  const std::string directory =
      below.empty() ? std::string(root) : JoinPath(root, below);
  if (depth > kMaxDepth) {
    return absl::InvalidArgumentError(
        absl::StrCat(directory, ": more than ", kMaxDepth,
                     " directories inside each other"));
  }
  KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                         ListDir(directory, kMaxEntries));
  for (const std::string& name : names) {
    const std::string relative = below.empty() ? name : JoinPath(below, name);
    struct stat info;
    const std::string path = JoinPath(root, relative);
    if (lstat(path.c_str(), &info) != 0) return ErrnoToStatus(errno, path);
    if (S_ISDIR(info.st_mode)) {
      KAITO_RETURN_IF_ERROR(Walk(root, relative, depth + 1, files));
      continue;
    }
    KAITO_ASSIGN_OR_RETURN(SourceFile file, Look(root, relative));
    files->push_back(std::move(file));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<SourceFile>> FilesOf(absl::string_view directory) {
  std::vector<SourceFile> files;
  absl::StatusOr<SourceFile> adapter = Look(directory, api::kAdapterConfigFile);
  if (adapter.ok()) {
    KAITO_ASSIGN_OR_RETURN(SourceFile weights,
                           Look(directory, api::kAdapterWeightsFile));
    files.push_back(*std::move(adapter));
    files.push_back(std::move(weights));
    return files;
  }
  KAITO_RETURN_IF_ERROR(Walk(directory, "", 0, &files));
  if (files.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(directory, ": has no files to pack"));
  }
  return files;
}

// A file that is written and digested at once.
class DigestingFile {
 public:
  DigestingFile(FileSystem& fs, std::string path)
      : fs_(fs), path_(std::move(path)) {}
  ~DigestingFile() {
    if (file_ != nullptr) fs_.Remove(path_).IgnoreError();
  }

  absl::Status Open() {
    fs_.Remove(path_).IgnoreError();  // Left by a run that was killed.
    KAITO_ASSIGN_OR_RETURN(file_, fs_.Create(path_, 0644));
    return absl::OkStatus();
  }
  absl::Status Write(absl::string_view bytes) {
    sha_.Update(bytes);
    size_ += static_cast<int64_t>(bytes.size());
    return WriteAll(*file_, bytes);
  }
  // Under the name of its digest, which it returns.
  absl::StatusOr<std::string> Commit(absl::string_view layout) {
    const std::string digest = absl::StrCat("sha256:", sha_.Hex());
    KAITO_RETURN_IF_ERROR(file_->Sync());
    KAITO_RETURN_IF_ERROR(file_->Close());
    KAITO_RETURN_IF_ERROR(fs_.Rename(path_, BlobPath(layout, digest)));
    file_ = nullptr;
    return digest;
  }
  int64_t size() const { return size_; }

 private:
  FileSystem& fs_;
  std::string path_;
  std::unique_ptr<FileWriter> file_;  // Null before Open and after Commit.
  Sha256 sha_;
  int64_t size_ = 0;
};

absl::Status WriteTar(const std::vector<SourceFile>& files, TarWriter* tar) {
  KAITO_RETURN_IF_ERROR(tar->AddDirectory(kRoot));
  std::set<std::string> made;
  for (const SourceFile& file : files) {
    for (size_t at = file.name.find('/'); at != std::string::npos;
         at = file.name.find('/', at + 1)) {
      const std::string parent = file.name.substr(0, at);
      if (!made.insert(parent).second) continue;
      KAITO_RETURN_IF_ERROR(tar->AddDirectory(JoinPath(kRoot, parent)));
    }
    KAITO_ASSIGN_OR_RETURN(const ByteSource pieces, ReadFilePieces(file.path));
    KAITO_RETURN_IF_ERROR(
        tar->AddFile(JoinPath(kRoot, file.name), file.size, pieces));
  }
  return tar->Finish();
}

struct Layer {
  Descriptor descriptor;
  std::string diff_id;  // The digest before compression.
};

absl::StatusOr<Layer> WriteLayer(const std::vector<SourceFile>& files,
                                 absl::string_view layout, FileSystem& fs) {
  DigestingFile out(fs, JoinPath(layout, "blobs/sha256/.layer.partial"));
  KAITO_RETURN_IF_ERROR(out.Open());
  Sha256 plain;
  GzipWriter gzip([&](absl::string_view piece) { return out.Write(piece); });
  TarWriter tar([&](absl::string_view piece) {
    plain.Update(piece);
    return gzip.Write(piece);
  });
  KAITO_RETURN_IF_ERROR(WriteTar(files, &tar));
  KAITO_RETURN_IF_ERROR(gzip.Finish());
  KAITO_ASSIGN_OR_RETURN(const std::string digest, out.Commit(layout));
  return Layer{.descriptor = {.media_type = std::string(kOciGzipLayerType),
                              .digest = digest,
                              .size = out.size()},
               .diff_id = absl::StrCat("sha256:", plain.Hex())};
}

absl::StatusOr<Descriptor> WriteBlob(absl::string_view text,
                                     absl::string_view media_type,
                                     absl::string_view layout, FileSystem* fs) {
  Descriptor out = {.media_type = std::string(media_type),
                    .digest = DigestOf(text),
                    .size = static_cast<int64_t>(text.size())};
  KAITO_RETURN_IF_ERROR(
      WriteFileAtomic(BlobPath(layout, out.digest), text, {.file_system = fs}));
  return out;
}

}  // namespace

std::string BlobPath(absl::string_view layout, absl::string_view digest) {
  return absl::StrCat(layout, "/blobs/sha256/",
                      absl::StripPrefix(digest, "sha256:"));
}

absl::StatusOr<PackedImage> PackImage(absl::string_view directory,
                                      absl::string_view layout,
                                      const PackOptions& options) {
  FileSystem* fs =
      options.file_system != nullptr ? options.file_system : &RealFileSystem();
  KAITO_ASSIGN_OR_RETURN(const std::vector<SourceFile> files,
                         FilesOf(directory));
  KAITO_RETURN_IF_ERROR(MakeDirs(JoinPath(layout, "blobs/sha256")));
  KAITO_ASSIGN_OR_RETURN(const Layer layer, WriteLayer(files, layout, *fs));
  // The files run nowhere; runtimes that unpack images still want to know for
  // what machine, and amd64 is what all of them have.
  const std::string config = json::Write(json::Object{
      {"architecture", "amd64"},
      {"os", "linux"},
      {"config", json::Object{}},
      {"rootfs",
       json::Object{{"type", "layers"},
                    {"diff_ids", json::Array{json::Value(layer.diff_id)}}}}});
  PackedImage image;
  image.manifest.media_type = std::string(kOciManifestType);
  image.manifest.annotations = options.annotations;
  image.manifest.layers = {layer.descriptor};
  KAITO_ASSIGN_OR_RETURN(image.manifest.config,
                         WriteBlob(config, kOciConfigType, layout, fs));
  image.manifest_text = FormatManifest(image.manifest);
  KAITO_ASSIGN_OR_RETURN(
      Descriptor manifest,
      WriteBlob(image.manifest_text, kOciManifestType, layout, fs));
  image.digest = manifest.digest;
  if (!options.tag.empty()) {
    manifest.annotations[std::string(kTagAnnotation)] = options.tag;
  }
  for (const SourceFile& file : files) image.file_bytes += file.size;
  image.files = static_cast<int64_t>(files.size());
  KAITO_RETURN_IF_ERROR(WriteFileAtomic(JoinPath(layout, "oci-layout"),
                                        R"({"imageLayoutVersion":"1.0.0"})",
                                        {.file_system = fs}));
  KAITO_RETURN_IF_ERROR(
      WriteFileAtomic(JoinPath(layout, "index.json"),
                      FormatManifest({.manifests = {std::move(manifest)}}),
                      {.file_system = fs}));
  return image;
}

absl::StatusOr<std::string> LayoutSource::ReadManifest(
    absl::string_view reference) {
  if (absl::StartsWith(reference, "sha256:")) {
    KAITO_RETURN_IF_ERROR(CheckDigest(reference));
    return ReadFile(BlobPath(layout_, reference), kMaxIndexBytes);
  }
  const std::string path = JoinPath(layout_, "index.json");
  KAITO_ASSIGN_OR_RETURN(const std::string text,
                         ReadFile(path, kMaxIndexBytes));
  absl::StatusOr<Manifest> index = ParseManifest(text);
  if (!index.ok()) return Annotate(index.status(), path);
  for (const Descriptor& entry : index->manifests) {
    const auto tag = entry.annotations.find(std::string(kTagAnnotation));
    const bool only = reference.empty() && index->manifests.size() == 1;
    if (only || (tag != entry.annotations.end() && tag->second == reference)) {
      return ReadFile(BlobPath(layout_, entry.digest), kMaxIndexBytes);
    }
  }
  return absl::NotFoundError(
      absl::StrCat(path, ": has no image with the tag \"", reference, "\""));
}

absl::StatusOr<ByteSource> LayoutSource::OpenBlob(const Descriptor& blob) {
  return ReadFilePieces(BlobPath(layout_, blob.digest));
}

}  // namespace kaito::runtime
