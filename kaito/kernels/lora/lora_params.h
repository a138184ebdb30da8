#ifndef KAITO_KERNELS_LORA_LORA_PARAMS_H_
#define KAITO_KERNELS_LORA_LORA_PARAMS_H_

// The low-rank part of an adapted linear layer:
//   t = x A^T,  y += scale * t B^T
// and its gradient, with A and B as PEFT stores them. The vocabulary of all
// files here. T is float; double in the reference.

#include <cstdint>

namespace kaito::kernels {

// The forward keeps a tile of B in 64 KiB of stack at this rank.
inline constexpr int64_t kLoraMaxRank = 256;

// An adapter, and the rows of x that are its own.
template <typename T>
struct LoraGroupOf {
  const T* a = nullptr;  // [rank, inputs]
  const T* b = nullptr;  // [outputs, rank]
  int64_t rank = 0;      // 1 to kLoraMaxRank
  double scale = 1;
  int64_t row_begin = 0;
  int64_t row_end = 0;  // Exclusive.
};

template <typename T>
struct LoraParamsOf {
  const T* x = nullptr;  // [rows, inputs]
  // [group_count]; by ascending rows, without overlap. Rows in no group are
  // left as they are.
  const LoraGroupOf<T>* groups = nullptr;
  int64_t group_count = 0;
  T* t = nullptr;  // [rows, t_stride], written in its first `rank` columns
  T* y = nullptr;  // [rows, outputs], added to
  int64_t rows = 0;
  int64_t inputs = 0;
  int64_t outputs = 0;
  int64_t t_stride = 0;  // The largest rank or more.
};

template <typename T>
struct LoraBackwardParamsOf {
  const T* x = nullptr;   // [rows, inputs]
  const T* t = nullptr;   // [rows, rank], of the forward
  const T* dy = nullptr;  // [rows, outputs]
  const T* a = nullptr;   // [rank, inputs]
  const T* b = nullptr;   // [outputs, rank]
  T* dt = nullptr;        // [rows, rank], written: scale * dy B
  T* da = nullptr;        // [rank, inputs], added to: dt^T x
  T* db = nullptr;        // [outputs, rank], added to: scale * dy^T t
  T* dx = nullptr;        // [rows, inputs], added to: dt A; or null
  int64_t rows = 0;
  int64_t inputs = 0;
  int64_t outputs = 0;
  int64_t rank = 0;  // 1 to kLoraMaxRank
  double scale = 1;
};

using LoraGroup = LoraGroupOf<float>;
using LoraParams = LoraParamsOf<float>;
using LoraBackwardParams = LoraBackwardParamsOf<float>;

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_LORA_LORA_PARAMS_H_
