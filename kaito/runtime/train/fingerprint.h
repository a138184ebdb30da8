#ifndef KAITO_RUNTIME_TRAIN_FINGERPRINT_H_
#define KAITO_RUNTIME_TRAIN_FINGERPRINT_H_

// Digests of what a run's result depends on. A checkpoint, or a finished run,
// is only taken up again where they are the same.
//
//   KAITO_ASSIGN_OR_RETURN(const std::string base, ModelDigest(directory));
//   const std::string print = Fingerprint(recipe, adapter, base, rows, steps);

#include <cstdint>
#include <span>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/train/recipe.h"

namespace kaito::runtime {

// "sha256:..." of the token ids and of which of them are trained: tokenizer,
// template and labelling are in it. Pure.
std::string RowsDigest(std::span<const EncodedRow> rows);

// Of config.json and the safetensors files. Large files are sampled, a block in
// every 64 MiB, and the name of the digest then says so ("sampled-sha256:"):
// reading 15 GB would delay each start by a minute.
absl::StatusOr<std::string> ModelDigest(absl::string_view directory);

// Pure. `adapter` is resolved.
std::string Fingerprint(const Recipe& recipe, const AdapterConfig& adapter,
                        absl::string_view model_digest,
                        absl::string_view rows_digest, int64_t total_steps);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_FINGERPRINT_H_
