#ifndef KAITO_RUNTIME_BACKEND_BATCH_CHECK_H_
#define KAITO_RUNTIME_BACKEND_BATCH_CHECK_H_

// Whether a packed batch is one that a decoder can go through. Pure; before a
// pass, so that kernels and the passes may take it for granted.
//
//   KAITO_RETURN_IF_ERROR(CheckBatch(batch, config));

#include "absl/status/status.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/model/decoder_config.h"

namespace kaito::runtime {

// InvalidArgument, with place and values: parts of different lengths, no token
// at all, ids or labels outside the vocabulary, positions that do not count
// from 0 in each sequence, sequences that are empty or longer than the model's
// positions.
absl::Status CheckBatch(const PackedBatch& batch, const DecoderConfig& config);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_BATCH_CHECK_H_
