#ifndef KAITO_KERNELS_ADAMW_ADAMW_PARAMS_H_
#define KAITO_KERNELS_ADAMW_ADAMW_PARAMS_H_

// One step of AdamW over many tensors, as PyTorch computes it:
//   p *= 1 - learning_rate * weight_decay
//   m += (g - m) (1 - beta1),  v = beta2 v + (1 - beta2) g^2
//   p -= learning_rate / (1 - beta1^step) * m
//        / (sqrt(v) / sqrt(1 - beta2^step) + epsilon)
// with g = gradient_scale * gradient. The vocabulary of all files here. T is
// float; double in the reference.

#include <cstdint>

namespace kaito::kernels {

template <typename T>
struct AdamwTensorOf {
  T* parameter = nullptr;       // [size], updated
  const T* gradient = nullptr;  // [size]
  T* first = nullptr;           // [size], updated: m, zeros before step 1
  T* second = nullptr;          // [size], updated: v, zeros before step 1
  int64_t size = 0;
};

template <typename T>
struct AdamwParamsOf {
  const AdamwTensorOf<T>* tensors = nullptr;  // [tensor_count]
  int64_t tensor_count = 0;
  int64_t step = 0;  // From 1.
  double learning_rate = 0;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 0;
  double gradient_scale = 1;  // The clip factor.
};

using AdamwTensor = AdamwTensorOf<float>;
using AdamwParams = AdamwParamsOf<float>;

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ADAMW_ADAMW_PARAMS_H_
