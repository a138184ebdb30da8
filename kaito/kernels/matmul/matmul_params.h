#ifndef KAITO_KERNELS_MATMUL_MATMUL_PARAMS_H_
#define KAITO_KERNELS_MATMUL_MATMUL_PARAMS_H_

// A dense product in f32: the vocabulary of all files here.

#include <cstdint>

namespace kaito::kernels {

// c [m, n] = op(a) op(b), or c + op(a) op(b), where op(x) is x or its
// transpose. All are row-major as stored, with `_stride` elements from the
// start of a row to that of the next; 0 stands for rows without gaps.
struct MatmulParams {
  const float* a = nullptr;  // [m, k], or [k, m] where a_transposed
  const float* b = nullptr;  // [k, n], or [n, k] where b_transposed
  float* c = nullptr;        // [m, n], written; apart from a and b
  int64_t m = 0;
  int64_t n = 0;
  int64_t k = 0;
  bool a_transposed = false;
  bool b_transposed = false;  // A linear layer's weight [out, in].
  bool accumulate = false;    // Adds to c.
  int64_t a_stride = 0;
  int64_t b_stride = 0;
  int64_t c_stride = 0;
};

// Elements between the rows of each, whether given or not.
struct MatmulStrides {
  int64_t a;
  int64_t b;
  int64_t c;
};

constexpr MatmulStrides StridesOf(const MatmulParams& p) {
  return {.a = p.a_stride != 0 ? p.a_stride : (p.a_transposed ? p.m : p.k),
          .b = p.b_stride != 0 ? p.b_stride : (p.b_transposed ? p.k : p.n),
          .c = p.c_stride != 0 ? p.c_stride : p.n};
}

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_MATMUL_MATMUL_PARAMS_H_
