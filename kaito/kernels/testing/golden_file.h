#ifndef KAITO_KERNELS_TESTING_GOLDEN_FILE_H_
#define KAITO_KERNELS_TESTING_GOLDEN_FILE_H_

// Reads tensors of a golden .safetensors file from a test's runfiles. For tests
// alone: it trusts its files; the runtime has the reader for those of others.
//
//   KAITO_ASSERT_OK_AND_ASSIGN(const GoldenFile golden,
//                              GoldenFile::Read("kaito/…/testdata/x.safetensors"));
//   KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<float> x,
//                              golden.Tensor<float>("input"));

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels::testing {

class GoldenFile {
 public:
  // `path` is relative to the root of the repository.
  static absl::StatusOr<GoldenFile> Read(absl::string_view path);

  bool Has(absl::string_view name) const;
  // "F32", "BF16", "U8" and so on.
  absl::StatusOr<std::string> TypeOf(absl::string_view name) const;
  absl::StatusOr<std::vector<int64_t>> ShapeOf(absl::string_view name) const;

  // T is float, bf16, fp16, int64_t or uint8_t, and the tensor's own type.
  template <typename T>
  absl::StatusOr<std::vector<T>> Tensor(absl::string_view name) const {
    const absl::StatusOr<absl::string_view> bytes = Bytes(name, TypeName(T{}));
    if (!bytes.ok()) return bytes.status();
    std::vector<T> values(bytes->size() / sizeof(T));
    if (!values.empty()) {
      std::memcpy(values.data(), bytes->data(), values.size() * sizeof(T));
    }
    return values;
  }

 private:
  struct Entry {
    std::string type;
    std::vector<int64_t> shape;
    int64_t begin = 0;  // Of data_.
    int64_t end = 0;
  };

  static absl::string_view TypeName(float) { return "F32"; }
  static absl::string_view TypeName(bf16) { return "BF16"; }
  static absl::string_view TypeName(fp16) { return "F16"; }
  static absl::string_view TypeName(int64_t) { return "I64"; }
  static absl::string_view TypeName(uint8_t) { return "U8"; }

  absl::StatusOr<const Entry*> Find(absl::string_view name) const;
  absl::StatusOr<absl::string_view> Bytes(absl::string_view name,
                                          absl::string_view type) const;

  std::string path_;
  std::string data_;
  std::map<std::string, Entry> entries_;
};

}  // namespace kaito::kernels::testing

#endif  // KAITO_KERNELS_TESTING_GOLDEN_FILE_H_
