#ifndef KAITO_RUNTIME_WEIGHTS_SAFETENSORS_HEADER_H_
#define KAITO_RUNTIME_WEIGHTS_SAFETENSORS_HEADER_H_

// The header of a safetensors file: which tensors it holds, and where. Pure; a
// file is opened by SafetensorsFile (safetensors_file.h).
//
//   KAITO_ASSIGN_OR_RETURN(const SafetensorsHeader header,
//                          ParseSafetensorsHeader(map.text()));
//
// The format: 8 bytes, little-endian, the length N of the JSON; N bytes of
// JSON, which may end in spaces; then the data, without a gap between tensors.
//
// The file may come from anyone. What is returned has been checked: every tensor
// lies in the file, has as many bytes as its dtype and shape ask for, shares
// none with another, and no byte belongs to none.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/weights/dtype.h"

namespace kaito::runtime {

// The reference library's limit.
inline constexpr int64_t kMaxSafetensorsHeaderBytes = 100'000'000;
// Ours. The longest names of the models we read have about 120 bytes.
inline constexpr int64_t kMaxTensorNameBytes = 1024;
// Ours. Published models have up to 5.
inline constexpr int64_t kMaxTensorRank = 16;

struct SafetensorsEntry {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<int64_t> shape;
  int64_t begin = 0;  // From the start of the data.
  int64_t end = 0;
};

struct SafetensorsHeader {
  std::vector<SafetensorsEntry> tensors;  // As they lie in the file.
  std::map<std::string, std::string> metadata;
  int64_t data_begin = 0;  // From the start of the file.
};

// `file` is the whole file. InvalidArgument for whatever breaks the format,
// with the tensor and the values.
absl::StatusOr<SafetensorsHeader> ParseSafetensorsHeader(
    absl::string_view file);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_WEIGHTS_SAFETENSORS_HEADER_H_
