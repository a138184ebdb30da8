#ifndef KAITO_RUNTIME_ADAPTER_ADAPTER_DIRECTORY_H_
#define KAITO_RUNTIME_ADAPTER_ADAPTER_DIRECTORY_H_

// An adapter in PEFT's files: adapter_config.json, adapter_model.safetensors
// and a model card. Read by serving and scoring, written by tuning.
//
//   KAITO_ASSIGN_OR_RETURN(const StoredAdapter stored,
//                          ReadAdapterDirectory(dir, decoder, names));
//   KAITO_RETURN_IF_ERROR(
//       WriteAdapterDirectory(dir, config, adapter, AdapterCard(config), {}));

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/write_file.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/model/decoder_config.h"
#include "kaito/runtime/model/tensor_names.h"
#include "kaito/runtime/weights/dtype.h"

namespace kaito::runtime {

struct StoredAdapter {
  AdapterConfig config;
  LoraAdapter adapter;
  // One sentence each, for the log: keys that nothing here knows, and targets
  // that the model does not have.
  std::vector<std::string> warnings;
};

// The files may come from anyone. InvalidArgument, with the file and the
// tensor, where the configuration asks for something that is not supported, a
// tensor is missing, has another shape or type, or is one that the
// configuration does not ask for; NotFound where a file is missing.
absl::StatusOr<StoredAdapter> ReadAdapterDirectory(absl::string_view directory,
                                                   const DecoderConfig& decoder,
                                                   const TensorNames& names);

// Reads the tensors of a file as WriteAdapterDirectory() names them into the
// modules of `adapter`, whose values may be empty (AdapterLayout()).
absl::Status ReadAdapterTensors(absl::string_view path, LoraAdapter& adapter);

struct WriteAdapterOptions {
  Dtype dtype = Dtype::kF32;  // Or kBf16: rounded to nearest.
  WriteFileOptions file;
};

// Each file whole or not at all, the configuration last. `config` is Resolved()
// (target_match.h), so that any PEFT since 0.11 reads it. The directory exists.
absl::Status WriteAdapterDirectory(absl::string_view directory,
                                   const AdapterConfig& config,
                                   const LoraAdapter& adapter,
                                   absl::string_view card,
                                   const WriteAdapterOptions& options);

// The text of README.md.
std::string AdapterCard(const AdapterConfig& config);

// "base_model.model.<module>.lora_A.weight" and its twin.
std::string LoraAName(absl::string_view module);
std::string LoraBName(absl::string_view module);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_ADAPTER_ADAPTER_DIRECTORY_H_
