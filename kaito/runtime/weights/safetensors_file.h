#ifndef KAITO_RUNTIME_WEIGHTS_SAFETENSORS_FILE_H_
#define KAITO_RUNTIME_WEIGHTS_SAFETENSORS_FILE_H_

// SafetensorsFile: one safetensors file, mapped into memory and checked. A
// model's directory, with one file or many, is WeightsDirectory
// (weights_directory.h); this is for adapters and checkpoints.
//
//   KAITO_ASSIGN_OR_RETURN(const SafetensorsFile file,
//                          SafetensorsFile::Open(path));
//   std::optional<TensorView> norm = file.Find("model.norm.weight");

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/memory_map.h"
#include "kaito/runtime/weights/safetensors_header.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {

class SafetensorsFile {
 public:
  // InvalidArgument, with the path, for a file that breaks the format.
  static absl::StatusOr<SafetensorsFile> Open(absl::string_view path);

  const std::string& path() const { return path_; }
  const std::vector<SafetensorsEntry>& tensors() const {
    return header_.tensors;
  }
  const std::map<std::string, std::string>& metadata() const {
    return header_.metadata;
  }

  // The tensor of that name. Its bytes are valid while this object, or what it
  // was moved to, is.
  std::optional<TensorView> Find(absl::string_view name) const;
  // As Find(); NotFound, with the path, where there is none.
  absl::StatusOr<TensorView> Get(absl::string_view name) const;

 private:
  SafetensorsFile(std::string path, MemoryMap map, SafetensorsHeader header);

  std::string path_;
  MemoryMap map_;
  SafetensorsHeader header_;
  absl::flat_hash_map<std::string, int64_t> index_;  // Into header_.tensors.
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_WEIGHTS_SAFETENSORS_FILE_H_
