#include "kaito/kernels/embedding/embedding_ref.h"

#include <cstdint>

namespace kaito::kernels {

void EmbeddingRef(const EmbeddingParamsOf<double>& p) {
  const auto* const table = static_cast<const double*>(p.table);
  for (int64_t t = 0; t < p.tokens; ++t) {
    for (int64_t i = 0; i < p.columns; ++i) {
      p.out[t * p.columns + i] = p.scale * table[p.ids[t] * p.columns + i];
    }
  }
}

}  // namespace kaito::kernels
