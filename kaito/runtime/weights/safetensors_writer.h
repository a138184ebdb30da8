#ifndef KAITO_RUNTIME_WEIGHTS_SAFETENSORS_WRITER_H_
#define KAITO_RUNTIME_WEIGHTS_SAFETENSORS_WRITER_H_

// Writes safetensors files, byte for byte as the reference library does:
// tensors by descending dtype and then by name, the header padded to 8 bytes.
// The file has its name only when it is complete. For adapters, checkpoints and
// quantised models.
//
// All tensors at hand:
//
//   KAITO_RETURN_IF_ERROR(WriteSafetensors(
//       path, {{"a.weight", view}}, {{"format", "pt"}}));
//
// One after the other, as for a model that does not fit into memory:
//
//   KAITO_ASSIGN_OR_RETURN(SafetensorsWriter writer,
//                          SafetensorsWriter::Create(path, specs, metadata));
//   for (const TensorSpec& spec : writer.order()) {
//     KAITO_RETURN_IF_ERROR(writer.Append(spec.name, BytesOf(spec)));
//   }
//   KAITO_RETURN_IF_ERROR(writer.Finish());

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/write_file.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/pending_file.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {

struct TensorSpec {
  std::string name;
  Dtype dtype = Dtype::kF32;
  std::vector<int64_t> shape;
};

// Readers of PyTorch models want {"format", "pt"} in it.
using SafetensorsMetadata = std::map<std::string, std::string>;

class SafetensorsWriter {
 public:
  // Writes the header. InvalidArgument for a name that is given twice, is too
  // long for our reader, or is the metadata's, and for an impossible shape.
  static absl::StatusOr<SafetensorsWriter> Create(
      absl::string_view path, std::vector<TensorSpec> tensors,
      const SafetensorsMetadata& metadata,
      const WriteFileOptions& options = {});

  // The tensors in the order in which Append() wants them.
  const std::vector<TensorSpec>& order() const { return tensors_; }

  // The next bytes of the tensor whose turn it is; a tensor may come in several
  // parts, one without bytes may be left out. FailedPrecondition where it is
  // another's turn, or where these are too many.
  absl::Status Append(absl::string_view name, std::span<const std::byte> part);

  // FailedPrecondition where bytes are missing. After an error, and without
  // Finish(), nothing is left at the path or beside it.
  absl::Status Finish();

 private:
  SafetensorsWriter(std::vector<TensorSpec> tensors, PendingFile file);

  // Steps over the tensors that are complete.
  void SkipComplete();
  int64_t BytesOfCurrent() const;

  std::vector<TensorSpec> tensors_;
  PendingFile file_;
  size_t current_ = 0;   // Into tensors_.
  int64_t written_ = 0;  // Bytes of the current one.
};

struct NamedTensor {
  std::string name;
  TensorView tensor;
};

absl::Status WriteSafetensors(absl::string_view path,
                              std::span<const NamedTensor> tensors,
                              const SafetensorsMetadata& metadata,
                              const WriteFileOptions& options = {});

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_WEIGHTS_SAFETENSORS_WRITER_H_
