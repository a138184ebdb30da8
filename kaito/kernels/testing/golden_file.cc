#include "kaito/kernels/testing/golden_file.h"

#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::kernels::testing {
namespace {

constexpr int64_t kMaxBytes = int64_t{64} << 20;
constexpr int64_t kLengthBytes = 8;  // Of the header, before it.

absl::Status ReadIntegers(const json::Cursor& value,
                          std::vector<int64_t>* integers) {
  return value.ForEachItem([&](const json::Cursor& item) {
    return item.ReadInt64(&integers->emplace_back());
  });
}

}  // namespace

absl::StatusOr<GoldenFile> GoldenFile::Read(absl::string_view path) {
  const char* const runfiles = std::getenv("TEST_SRCDIR");
  const char* const workspace = std::getenv("TEST_WORKSPACE");
  if (runfiles == nullptr || workspace == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat(path,
                     ": TEST_SRCDIR or TEST_WORKSPACE is not set; run "
                     "the test with bazel test"));
  }
  KAITO_ASSIGN_OR_RETURN(
      const std::string text,
      ReadFile(absl::StrCat(runfiles, "/", workspace, "/", path), kMaxBytes));
  uint64_t length = 0;
  if (text.size() >= kLengthBytes) {
    std::memcpy(&length, text.data(), kLengthBytes);
  }
  if (text.size() < kLengthBytes || length > text.size() - kLengthBytes) {
    return absl::DataLossError(absl::StrCat(path, ": has no header"));
  }

  GoldenFile file;
  file.path_ = std::string(path);
  file.data_ = text.substr(kLengthBytes + length);
  KAITO_RETURN_IF_ERROR(json::Read(
      absl::string_view(text).substr(kLengthBytes, length), {},
      [&](const json::Cursor& root) {
        return root.ForEachField(
            [&](absl::string_view name, const json::Cursor& tensor) {
              if (name == "__metadata__") return absl::OkStatus();
              Entry& entry = file.entries_[std::string(name)];
              return tensor.ForEachField(
                  [&](absl::string_view key, const json::Cursor& value) {
                    if (key == "dtype") return value.ReadString(&entry.type);
                    if (key == "shape")
                      return ReadIntegers(value, &entry.shape);
                    std::vector<int64_t> offsets;
                    const absl::Status status = ReadIntegers(value, &offsets);
                    if (!status.ok()) return status;
                    if (key != "data_offsets" || offsets.size() != 2 ||
                        offsets[0] < 0 || offsets[0] > offsets[1] ||
                        offsets[1] > static_cast<int64_t>(file.data_.size())) {
                      return absl::DataLossError(
                          absl::StrCat(path, ": ", name, ": bad ", key));
                    }
                    entry.begin = offsets[0];
                    entry.end = offsets[1];
                    return absl::OkStatus();
                  });
            });
      }));
  return file;
}

bool GoldenFile::Has(absl::string_view name) const {
  return entries_.count(std::string(name)) != 0;
}

absl::StatusOr<std::string> GoldenFile::TypeOf(absl::string_view name) const {
  KAITO_ASSIGN_OR_RETURN(const Entry* const entry, Find(name));
  return entry->type;
}

absl::StatusOr<std::vector<int64_t>> GoldenFile::ShapeOf(
    absl::string_view name) const {
  KAITO_ASSIGN_OR_RETURN(const Entry* const entry, Find(name));
  return entry->shape;
}

absl::StatusOr<const GoldenFile::Entry*> GoldenFile::Find(
    absl::string_view name) const {
  const auto found = entries_.find(std::string(name));
  if (found == entries_.end()) {
    return absl::NotFoundError(absl::StrCat(path_, ": has no tensor ", name));
  }
  return &found->second;
}

absl::StatusOr<absl::string_view> GoldenFile::Bytes(
    absl::string_view name, absl::string_view type) const {
  KAITO_ASSIGN_OR_RETURN(const Entry* const entry, Find(name));
  if (entry->type != type) {
    return absl::InvalidArgumentError(
        absl::StrCat(path_, ": ", name, ": is ", entry->type, ", not ", type));
  }
  return absl::string_view(data_).substr(entry->begin,
                                         entry->end - entry->begin);
}

}  // namespace kaito::kernels::testing
