#ifndef KAITO_KERNELS_EMBEDDING_EMBEDDING_REF_H_
#define KAITO_KERNELS_EMBEDDING_EMBEDDING_REF_H_

// The reference: plain loops in double.

#include "kaito/kernels/embedding/embedding_params.h"

namespace kaito::kernels {

// The table is double, whatever table_type says.
void EmbeddingRef(const EmbeddingParamsOf<double>& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_EMBEDDING_EMBEDDING_REF_H_
