#include "kaito/runtime/weights/safetensors_writer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/pending_file.h"
#include "kaito/runtime/weights/safetensors_header.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {
namespace {

// Wide types first, so that all tensors are aligned when the data is.
void SortAsReference(std::vector<TensorSpec>& tensors) {
  std::sort(tensors.begin(), tensors.end(),
            [](const TensorSpec& a, const TensorSpec& b) {
              return std::tie(b.dtype, a.name) < std::tie(a.dtype, b.name);
            });
}

// The file up to its data. The tensors are sorted.
absl::StatusOr<std::string> HeaderOf(const std::vector<TensorSpec>& tensors,
                                     const SafetensorsMetadata& metadata) {
  std::string text = "{";
  if (!metadata.empty()) {
    absl::StrAppend(&text, "\"__metadata__\":{",
                    absl::StrJoin(metadata, ",",
                                  [](std::string* out, const auto& member) {
                                    absl::StrAppend(
                                        out, json::Quote(member.first), ":",
                                        json::Quote(member.second));
                                  }),
                    "}");
  }
  int64_t begin = 0;
  for (const TensorSpec& spec : tensors) {
    absl::StatusOr<int64_t> bytes = ByteCount(spec.dtype, spec.shape);
    if (!bytes.ok()) return Annotate(bytes.status(), spec.name);
    int64_t end = 0;
    if (__builtin_add_overflow(begin, *bytes, &end)) {
      return absl::InvalidArgumentError(
          absl::StrCat(spec.name, ": the tensors together exceed 2^63 bytes"));
    }
    absl::StrAppend(&text, text.size() > 1 ? "," : "", json::Quote(spec.name),
                    ":{\"dtype\":\"", NameOf(spec.dtype), "\",\"shape\":[",
                    absl::StrJoin(spec.shape, ","), "],\"data_offsets\":[",
                    begin, ",", end, "]}");
    begin = end;
  }
  text.push_back('}');
  text.resize((text.size() + 7) / 8 * 8, ' ');
  if (static_cast<int64_t>(text.size()) > kMaxSafetensorsHeaderBytes) {
    return absl::InvalidArgumentError(absl::StrCat("a header of ", text.size(),
                                                   " bytes, the limit is ",
                                                   kMaxSafetensorsHeaderBytes));
  }
  const uint64_t length = text.size();
  std::string header(sizeof(length), '\0');
  std::memcpy(header.data(), &length, sizeof(length));
  return absl::StrCat(header, text);
}

absl::Status CheckNames(const std::vector<TensorSpec>& sorted) {
  absl::flat_hash_set<absl::string_view> names;
  for (const TensorSpec& spec : sorted) {
    if (static_cast<int64_t>(spec.name.size()) > kMaxTensorNameBytes) {
      return absl::InvalidArgumentError(
          absl::StrCat(spec.name, ": the name has ", spec.name.size(),
                       " bytes, the limit is ", kMaxTensorNameBytes));
    }
    if (spec.name == "__metadata__" || !names.insert(spec.name).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(spec.name, ": the name is taken"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SafetensorsWriter> SafetensorsWriter::Create(
    absl::string_view path, std::vector<TensorSpec> tensors,
    const SafetensorsMetadata& metadata, const WriteFileOptions& options) {
  SortAsReference(tensors);
  KAITO_RETURN_IF_ERROR(Annotate(CheckNames(tensors), path));
  const absl::StatusOr<std::string> header = HeaderOf(tensors, metadata);
  if (!header.ok()) return Annotate(header.status(), path);
  KAITO_ASSIGN_OR_RETURN(PendingFile file, PendingFile::Create(path, options));
  KAITO_RETURN_IF_ERROR(file.Append(*header));
  return SafetensorsWriter(std::move(tensors), std::move(file));
}

SafetensorsWriter::SafetensorsWriter(std::vector<TensorSpec> tensors,
                                     PendingFile file)
    : tensors_(std::move(tensors)), file_(std::move(file)) {
  SkipComplete();
}

int64_t SafetensorsWriter::BytesOfCurrent() const {
  const TensorSpec& spec = tensors_[current_];
  return *ByteCount(spec.dtype, spec.shape);  // Create() has checked them all.
}

void SafetensorsWriter::SkipComplete() {
  while (current_ < tensors_.size() && written_ == BytesOfCurrent()) {
    ++current_;
    written_ = 0;
  }
}

absl::Status SafetensorsWriter::Append(absl::string_view name,
                                       std::span<const std::byte> part) {
  if (part.empty()) return absl::OkStatus();
  if (current_ == tensors_.size() || tensors_[current_].name != name) {
    return absl::FailedPreconditionError(absl::StrCat(
        file_.path(), ": bytes of tensor ", name, ", but it is the turn of ",
        current_ == tensors_.size() ? "none" : tensors_[current_].name));
  }
  const int64_t missing = BytesOfCurrent() - written_;
  if (static_cast<int64_t>(part.size()) > missing) {
    return absl::FailedPreconditionError(
        absl::StrCat(file_.path(), ": ", part.size(), " bytes of tensor ", name,
                     ", which lacks only ", missing));
  }
  KAITO_RETURN_IF_ERROR(file_.Append(absl::string_view(
      reinterpret_cast<const char*>(part.data()), part.size())));
  written_ += static_cast<int64_t>(part.size());
  SkipComplete();
  return absl::OkStatus();
}

absl::Status SafetensorsWriter::Finish() {
  if (current_ != tensors_.size()) {
    return absl::FailedPreconditionError(
        absl::StrCat(file_.path(), ": tensor ", tensors_[current_].name,
                     " lacks ", BytesOfCurrent() - written_, " bytes"));
  }
  return file_.Commit();
}

absl::Status WriteSafetensors(absl::string_view path,
                              std::span<const NamedTensor> tensors,
                              const SafetensorsMetadata& metadata,
                              const WriteFileOptions& options) {
  std::vector<TensorSpec> specs;
  absl::flat_hash_map<absl::string_view, std::span<const std::byte>> bytes;
  for (const NamedTensor& named : tensors) {
    specs.push_back({.name = named.name,
                     .dtype = named.tensor.dtype,
                     .shape = named.tensor.shape});
    bytes.emplace(named.name, named.tensor.bytes);
  }
  KAITO_ASSIGN_OR_RETURN(
      SafetensorsWriter writer,
      SafetensorsWriter::Create(path, std::move(specs), metadata, options));
  for (const TensorSpec& spec : writer.order()) {
    KAITO_RETURN_IF_ERROR(writer.Append(spec.name, bytes[spec.name]));
  }
  return writer.Finish();
}

}  // namespace kaito::runtime
