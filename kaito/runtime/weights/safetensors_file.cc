#include "kaito/runtime/weights/safetensors_file.h"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/memory_map.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/weights/safetensors_header.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {

absl::StatusOr<SafetensorsFile> SafetensorsFile::Open(absl::string_view path) {
  KAITO_ASSIGN_OR_RETURN(MemoryMap map, MemoryMap::Open(path));
  absl::StatusOr<SafetensorsHeader> header = ParseSafetensorsHeader(map.text());
  if (!header.ok()) return Annotate(header.status(), path);
  return SafetensorsFile(std::string(path), std::move(map), *std::move(header));
}

SafetensorsFile::SafetensorsFile(std::string path, MemoryMap map,
                                 SafetensorsHeader header)
    : path_(std::move(path)), map_(std::move(map)), header_(std::move(header)) {
  index_.reserve(header_.tensors.size());
  for (size_t i = 0; i < header_.tensors.size(); ++i) {
    index_.emplace(header_.tensors[i].name, static_cast<int64_t>(i));
  }
}

std::optional<TensorView> SafetensorsFile::Find(absl::string_view name) const {
  const auto it = index_.find(name);
  if (it == index_.end()) return std::nullopt;
  const SafetensorsEntry& entry =
      header_.tensors[static_cast<size_t>(it->second)];
  return TensorView{.dtype = entry.dtype,
                    .shape = entry.shape,
                    .bytes = map_.bytes().subspan(
                        static_cast<size_t>(header_.data_begin + entry.begin),
                        static_cast<size_t>(entry.end - entry.begin))};
}

absl::StatusOr<TensorView> SafetensorsFile::Get(absl::string_view name) const {
  std::optional<TensorView> tensor = Find(name);
  if (!tensor.has_value()) {
    return absl::NotFoundError(
        absl::StrCat(path_, ": has no tensor \"", name, "\""));
  }
  return *std::move(tensor);
}

}  // namespace kaito::runtime
