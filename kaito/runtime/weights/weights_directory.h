#ifndef KAITO_RUNTIME_WEIGHTS_WEIGHTS_DIRECTORY_H_
#define KAITO_RUNTIME_WEIGHTS_WEIGHTS_DIRECTORY_H_

// WeightsDirectory: the weights of a model as they lie in its directory, in one
// safetensors file or in shards with an index, plain or 4-bit.
//
//   KAITO_ASSIGN_OR_RETURN(const WeightsDirectory weights,
//                          WeightsDirectory::Open("/workspace/weights"));
//   const WeightsDifference d = weights.Compare(wanted);
//   if (!d.missing.empty()) ...
//
// A weight that bitsandbytes quantised counts as one: its parts (absmax, maps,
// state) are not listed.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/weights/bnb_4bit.h"
#include "kaito/runtime/weights/safetensors_file.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {

// Both sorted.
struct WeightsDifference {
  std::vector<std::string> missing;     // Wanted, and not there.
  std::vector<std::string> unexpected;  // There, and not wanted.
};

class WeightsDirectory {
 public:
  // Maps model.safetensors, or else the files that
  // model.safetensors.index.json names. NotFound, with what lies there instead,
  // where there is neither; InvalidArgument for an index that names files
  // outside the directory or does not match its shards.
  static absl::StatusOr<WeightsDirectory> Open(absl::string_view directory);

  const std::string& directory() const { return directory_; }

  // Sorted.
  const std::vector<std::string>& names() const { return names_; }
  // Of all files' data.
  int64_t total_bytes() const { return total_bytes_; }

  WeightsDifference Compare(std::span<const std::string> wanted) const;

  bool IsBnb4bit(absl::string_view name) const {
    return bnb_4bit_.contains(name);
  }

  // A stored tensor; of a 4-bit weight, the packed bytes. NotFound, with the
  // directory, where there is none. Views are valid while this object, or what
  // it was moved to, is.
  absl::StatusOr<TensorView> Get(absl::string_view name) const;
  absl::StatusOr<Bnb4bitWeight> GetBnb4bit(absl::string_view name) const;

 private:
  explicit WeightsDirectory(absl::string_view directory)
      : directory_(directory) {}

  absl::Status AddFile(absl::string_view file_name);
  absl::Status AddShards(absl::string_view index_path);
  absl::Status CheckIndex(
      absl::string_view index_path,
      const absl::flat_hash_map<std::string, std::string>& file_of) const;
  // Fills names_ and bnb_4bit_.
  absl::Status Group();
  std::optional<TensorView> Find(absl::string_view name) const;

  std::string directory_;
  std::vector<SafetensorsFile> files_;
  absl::flat_hash_map<std::string, int64_t> file_of_;  // Into files_.
  absl::flat_hash_set<std::string> bnb_4bit_;
  std::vector<std::string> names_;
  int64_t total_bytes_ = 0;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_WEIGHTS_WEIGHTS_DIRECTORY_H_
