#include "kaito/runtime/weights/weights_directory.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/weights/bnb_4bit.h"
#include "kaito/runtime/weights/safetensors_file.h"
#include "kaito/runtime/weights/safetensors_header.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {
namespace {

constexpr absl::string_view kSingleName = "model.safetensors";
constexpr absl::string_view kIndexName = "model.safetensors.index.json";
// The index of a model with 100,000 tensors has about 10 MB.
constexpr int64_t kMaxIndexBytes = 64 << 20;
// Published models have up to a few hundred.
constexpr size_t kMaxShards = 10000;
constexpr int64_t kMaxDirectoryEntries = 100000;

// Weights in formats that are not read, for the message.
bool IsOtherWeights(absl::string_view name) {
  return absl::EndsWith(name, ".bin") || absl::EndsWith(name, ".pt") ||
         absl::EndsWith(name, ".pth") || absl::EndsWith(name, ".gguf") ||
         absl::EndsWith(name, ".safetensors");
}

absl::Status NoWeights(absl::string_view directory,
                       const std::vector<std::string>& entries) {
  std::vector<std::string> others;
  std::copy_if(entries.begin(), entries.end(), std::back_inserter(others),
               IsOtherWeights);
  constexpr size_t kShown = 5;
  others.resize(std::min(others.size(), kShown));
  return absl::NotFoundError(absl::StrCat(
      directory, ": there is neither ", kSingleName, " nor ", kIndexName,
      others.empty()
          ? ""
          : absl::StrCat("; what is there (", absl::StrJoin(others, ", "),
                         ") is not read"),
      "; put the model's safetensors files there"));
}

// Tensor to file name, as the index says.
absl::StatusOr<absl::flat_hash_map<std::string, std::string>> ReadIndex(
    absl::string_view path) {
  KAITO_ASSIGN_OR_RETURN(const std::string text,
                         ReadFile(path, kMaxIndexBytes));
  absl::StatusOr<json::Value> index =
      json::Parse(text, {.max_bytes = kMaxIndexBytes, .max_depth = 16});
  if (!index.ok()) return Annotate(index.status(), path);
  const json::Value* map = index->Find("weight_map");
  if (map == nullptr || map->object() == nullptr || map->object()->empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": weight_map is missing, empty or no object"));
  }
  absl::flat_hash_map<std::string, std::string> file_of;
  for (const json::Member& member : *map->object()) {
    const std::string* file = member.value.string();
    // A plain name in this directory: "../x" and "/etc/x" are not.
    if (file == nullptr || file->empty() || *file == "." || *file == ".." ||
        file->find('/') != std::string::npos ||
        file->find('\0') != std::string::npos) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": weight_map names the file ",
                       json::Write(member.value).substr(0, 100), " for ",
                       json::Quote(member.name.substr(0, 100)),
                       ", which is no file name in this directory"));
    }
    file_of.emplace(member.name, *file);
  }
  return file_of;
}

}  // namespace

absl::StatusOr<WeightsDirectory> WeightsDirectory::Open(
    absl::string_view directory) {
  WeightsDirectory weights(directory);
  KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> entries,
                         ListDir(directory, kMaxDirectoryEntries));
  const auto has = [&entries](absl::string_view name) {
    return std::binary_search(entries.begin(), entries.end(), name);
  };
  // The single file wins, as in transformers.
  if (has(kSingleName)) {
    KAITO_RETURN_IF_ERROR(weights.AddFile(kSingleName));
  } else if (has(kIndexName)) {
    KAITO_RETURN_IF_ERROR(weights.AddShards(JoinPath(directory, kIndexName)));
  } else {
    return NoWeights(directory, entries);
  }
  KAITO_RETURN_IF_ERROR(weights.Group());
  return weights;
}

absl::Status WeightsDirectory::AddFile(absl::string_view file_name) {
  KAITO_ASSIGN_OR_RETURN(SafetensorsFile file, SafetensorsFile::Open(JoinPath(
                                                   directory_, file_name)));
  const int64_t index = static_cast<int64_t>(files_.size());
  for (const SafetensorsEntry& entry : file.tensors()) {
    const auto [it, is_new] = file_of_.emplace(entry.name, index);
    if (!is_new) {
      return absl::InvalidArgumentError(absl::StrCat(
          file.path(), ": tensor ", json::Quote(entry.name), " is in ",
          files_[static_cast<size_t>(it->second)].path(), " too"));
    }
    total_bytes_ += entry.end - entry.begin;
  }
  files_.push_back(std::move(file));
  return absl::OkStatus();
}

absl::Status WeightsDirectory::AddShards(absl::string_view index_path) {
  KAITO_ASSIGN_OR_RETURN(const auto file_of, ReadIndex(index_path));
  std::set<std::string> shards;
  for (const auto& [tensor, file] : file_of) shards.insert(file);
  if (shards.size() > kMaxShards) {
    return absl::InvalidArgumentError(
        absl::StrCat(index_path, ": names ", shards.size(),
                     " files, the limit is ", kMaxShards));
  }
  for (const std::string& shard : shards) {
    KAITO_RETURN_IF_ERROR(Annotate(AddFile(shard), index_path));
  }
  return CheckIndex(index_path, file_of);
}

absl::Status WeightsDirectory::CheckIndex(
    absl::string_view index_path,
    const absl::flat_hash_map<std::string, std::string>& file_of) const {
  for (const auto& [tensor, file] : file_of) {
    const auto it = file_of_.find(tensor);
    const bool found =
        it != file_of_.end() &&
        Basename(files_[static_cast<size_t>(it->second)].path()) == file;
    if (!found) {
      return absl::InvalidArgumentError(
          absl::StrCat(index_path, ": tensor ",
                       json::Quote(absl::string_view(tensor).substr(0, 160)),
                       " is said to be in ", file, ", and is not"));
    }
  }
  return absl::OkStatus();
}

absl::Status WeightsDirectory::Group() {
  absl::flat_hash_set<std::string> parts;
  for (const auto& [name, file] : file_of_) {
    const std::optional<absl::string_view> weight = WeightOfQuantState(name);
    if (!weight.has_value()) continue;
    if (!bnb_4bit_.insert(std::string(*weight)).second) {
      return absl::InvalidArgumentError(
          absl::StrCat(directory_, ": ", json::Quote(*weight),
                       " has more than one quant_state"));
    }
    parts.insert(name);
    for (std::string& part : Bnb4bitPartNames(*weight)) {
      parts.insert(std::move(part));
    }
  }
  for (const auto& [name, file] : file_of_) {
    if (!parts.contains(name)) names_.push_back(name);
  }
  std::sort(names_.begin(), names_.end());
  return absl::OkStatus();
}

WeightsDifference WeightsDirectory::Compare(
    std::span<const std::string> wanted) const {
  std::vector<std::string> sorted(wanted.begin(), wanted.end());
  std::sort(sorted.begin(), sorted.end());
  WeightsDifference difference;
  std::set_difference(sorted.begin(), sorted.end(), names_.begin(),
                      names_.end(), std::back_inserter(difference.missing));
  std::set_difference(names_.begin(), names_.end(), sorted.begin(),
                      sorted.end(), std::back_inserter(difference.unexpected));
  return difference;
}

std::optional<TensorView> WeightsDirectory::Find(absl::string_view name) const {
  const auto it = file_of_.find(name);
  if (it == file_of_.end()) return std::nullopt;
  return files_[static_cast<size_t>(it->second)].Find(name);
}

absl::StatusOr<TensorView> WeightsDirectory::Get(absl::string_view name) const {
  std::optional<TensorView> tensor = Find(name);
  if (!tensor.has_value()) {
    return absl::NotFoundError(
        absl::StrCat(directory_, ": there is no tensor ", name));
  }
  return *std::move(tensor);
}

absl::StatusOr<Bnb4bitWeight> WeightsDirectory::GetBnb4bit(
    absl::string_view name) const {
  absl::StatusOr<Bnb4bitWeight> weight =
      ReadBnb4bit(name, [this](absl::string_view part) { return Find(part); });
  if (!weight.ok()) return Annotate(weight.status(), directory_);
  return weight;
}

}  // namespace kaito::runtime
