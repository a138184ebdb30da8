#include "kaito/kernels/adamw/adamw_cpu.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kaito/kernels/adamw/adamw_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/highway.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/simd/loop-inl.h"

// Shared by all targets, so declared for the first one only.
#ifndef KAITO_KERNELS_ADAMW_ADAMW_CPU_STEP_
#define KAITO_KERNELS_ADAMW_ADAMW_CPU_STEP_
namespace kaito::kernels {
namespace {

// What is the same for all elements; made in double, then rounded once.
struct AdamwStep {
  explicit AdamwStep(const AdamwParams& p)
      : keep(static_cast<float>(1 - p.learning_rate * p.weight_decay)),
        gradient_scale(static_cast<float>(p.gradient_scale)),
        one_less_beta1(static_cast<float>(1 - p.beta1)),
        beta2(static_cast<float>(p.beta2)),
        one_less_beta2(static_cast<float>(1 - p.beta2)),
        root_correction(static_cast<float>(
            std::sqrt(1 - std::pow(p.beta2, static_cast<double>(p.step))))),
        epsilon(static_cast<float>(p.epsilon)),
        step_size(static_cast<float>(
            p.learning_rate /
            (1 - std::pow(p.beta1, static_cast<double>(p.step))))) {}

  float keep;
  float gradient_scale;
  float one_less_beta1;
  float beta2;
  float one_less_beta2;
  float root_correction;
  float epsilon;
  float step_size;
};

}  // namespace
}  // namespace kaito::kernels
#endif  // KAITO_KERNELS_ADAMW_ADAMW_CPU_STEP_

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace {
namespace hn = ::hwy::HWY_NAMESPACE;

void Update(const AdamwStep& step, const AdamwTensor& tensor, int64_t begin,
            int64_t end) {
  float* const parameter = tensor.parameter + begin;
  const float* const gradient = tensor.gradient + begin;
  float* const first = tensor.first + begin;
  float* const second = tensor.second + begin;
  ForEachVector(end - begin, [&](auto d, int64_t i) HWY_ATTR {
    const auto g =
        hn::Mul(hn::LoadU(d, gradient + i), hn::Set(d, step.gradient_scale));
    auto m = hn::LoadU(d, first + i);
    m = hn::MulAdd(hn::Sub(g, m), hn::Set(d, step.one_less_beta1), m);
    auto v = hn::Mul(hn::LoadU(d, second + i), hn::Set(d, step.beta2));
    v = hn::MulAdd(hn::Mul(g, g), hn::Set(d, step.one_less_beta2), v);
    const auto root = hn::Div(hn::Sqrt(v), hn::Set(d, step.root_correction));
    const auto ratio = hn::Div(m, hn::Add(root, hn::Set(d, step.epsilon)));
    const auto kept =
        hn::Mul(hn::LoadU(d, parameter + i), hn::Set(d, step.keep));
    hn::StoreU(hn::NegMulAdd(ratio, hn::Set(d, step.step_size), kept), d,
               parameter + i);
    hn::StoreU(m, d, first + i);
    hn::StoreU(v, d, second + i);
  });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {
namespace {

HWY_EXPORT(Update);

// Some 10 us of work: 7 floats of traffic an element. A multiple of the widest
// vector, so that an element is in one or in the tail whatever the worker.
constexpr int64_t kChunk = 8192;

struct Chunk {
  int64_t tensor;
  int64_t begin;
};

}  // namespace

void AdamwCpu(const AdamwParams& params, Workers* workers) {
  const AdamwStep step(params);
  std::vector<Chunk> chunks;
  for (int64_t t = 0; t < params.tensor_count; ++t) {
    for (int64_t i = 0; i < params.tensors[t].size; i += kChunk) {
      chunks.push_back({t, i});
    }
  }
  ParallelFor(workers, static_cast<int64_t>(chunks.size()), 1,
              [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) {
                  const AdamwTensor& tensor = params.tensors[chunks[i].tensor];
                  HWY_DYNAMIC_DISPATCH(Update)
                  (step, tensor, chunks[i].begin,
                   std::min(chunks[i].begin + kChunk, tensor.size));
                }
              });
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE
