#ifndef KAITO_KERNELS_SWIGLU_SWIGLU_PARAMS_H_
#define KAITO_KERNELS_SWIGLU_SWIGLU_PARAMS_H_

// The gate of a decoder's MLP: y = act(gate) * up, with
//   silu:      act(g) = g * sigmoid(g)
//   gelu-tanh: act(g) = g / 2 * (1 + tanh(sqrt(2 / pi) * (g + 0.044715 g^3)))
// The vocabulary of all files here. T is float; double in the reference.
//
// Gate and up are matrices of their own, or the halves of a fused [gate | up]:
// then up is gate + columns, and the stride 2 * columns.

#include <cstdint>

namespace kaito::kernels {

enum class GateActivation : uint8_t { kSilu, kGeluTanh };

template <typename T>
struct SwigluParamsOf {
  const T* gate = nullptr;  // [rows, columns], rows `stride` elements apart
  const T* up = nullptr;    // the same
  T* y = nullptr;           // [rows, columns], dense, written
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t stride = 0;  // columns or more
  GateActivation activation = GateActivation::kSilu;
};

template <typename T>
struct SwigluBackwardParamsOf {
  const T* gate = nullptr;  // [rows, columns], rows `stride` elements apart
  const T* up = nullptr;    // the same
  const T* dy = nullptr;    // [rows, columns], dense
  T* dgate = nullptr;       // as gate, written; may be gate itself
  T* dup = nullptr;         // as up, written; may be up itself
  int64_t rows = 0;
  int64_t columns = 0;
  int64_t stride = 0;  // Of gate, up, dgate and dup.
  GateActivation activation = GateActivation::kSilu;
};

using SwigluParams = SwigluParamsOf<float>;
using SwigluBackwardParams = SwigluBackwardParamsOf<float>;

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_SWIGLU_SWIGLU_PARAMS_H_
