#ifndef KAITO_KERNELS_EMBEDDING_EMBEDDING_H_
#define KAITO_KERNELS_EMBEDDING_EMBEDDING_H_

// The first layer of a decoder: a row of the embedding table for each token, as
// f32. The table is frozen: there is no backward.
//
//   KAITO_RETURN_IF_ERROR(Embedding({.table = table,
//                                    .table_type = FloatType::kBf16,
//                                    .ids = ids,
//                                    .out = hidden,
//                                    .tokens = tokens,
//                                    .columns = 3072,
//                                    .vocabulary = 32064},
//                                   stream));

#include "absl/status/status.h"
#include "kaito/kernels/embedding/embedding_params.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {

// On the CPU all is written on return. Fails with
// - InvalidArgument: a null or misaligned buffer, a negative size, an id that is
//   no row, an fp16 table;
// - Unimplemented: a CUDA stream.
absl::Status Embedding(const EmbeddingParams& params, Stream stream);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_EMBEDDING_EMBEDDING_H_
