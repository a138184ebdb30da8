#ifndef KAITO_KERNELS_EMBEDDING_EMBEDDING_CASES_H_
#define KAITO_KERNELS_EMBEDDING_EMBEDDING_CASES_H_

// Shapes that every version is tested on. Scales are powers of two, so results
// are equal to the reference or wrong.

#include <cstdint>
#include <vector>

namespace kaito::kernels {

struct EmbeddingCase {
  int64_t tokens;
  int64_t columns;
  int64_t vocabulary;
  float scale;
};

inline std::vector<EmbeddingCase> EmbeddingCases() {
  std::vector<EmbeddingCase> cases;
  // Around vectors of 4, 8 and 16 floats.
  for (const int64_t columns : {1, 3, 4, 7, 8, 9, 15, 16, 17, 33}) {
    cases.push_back({5, columns, 7, 1});
  }
  cases.push_back({90, 1001, 11, 8});  // Several ranges of tokens.
  cases.push_back({0, 8, 7, 1});
  cases.push_back({5, 0, 7, 1});
  return cases;
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_EMBEDDING_EMBEDDING_CASES_H_
