#ifndef KAITO_KERNELS_EMBEDDING_EMBEDDING_CPU_H_
#define KAITO_KERNELS_EMBEDDING_EMBEDDING_CPU_H_

// The CPU's version, for embedding.cc alone; everyone else calls Embedding()
// (embedding.h).

#include "kaito/kernels/embedding/embedding_params.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {

// `params` have been checked.
void EmbeddingCpu(const EmbeddingParams& params, Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_EMBEDDING_EMBEDDING_CPU_H_
