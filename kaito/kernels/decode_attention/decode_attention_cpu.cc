#include "kaito/kernels/decode_attention/decode_attention_cpu.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "kaito/kernels/decode_attention/decode_attention_params.h"
#include "kaito/kernels/decode_attention/decode_plan.h"
#include "kaito/kernels/parallel/task_queue.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/types.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE \
  "kaito/kernels/decode_attention/decode_attention_cpu.cc"
#include "hwy/foreach_target.h"  // Compiles this file once for each target.
// Must follow it.
#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "kaito/kernels/simd/exp2-inl.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

using FloatTag = hn::CappedTag<float, 16>;

constexpr float kLog2E = 1.44269504088896341f;
// Keys whose scores are held at once: their rows, 24 KiB of f32 for a head of
// 96, stay in L1 for all rows of a group.
constexpr int64_t kStepKeys = 64;

HWY_INLINE hn::Vec<FloatTag> LoadValues(FloatTag d, const float* from) {
  return hn::LoadU(d, from);
}
HWY_INLINE hn::Vec<FloatTag> LoadValues(FloatTag d, const bf16* from) {
  const hn::Rebind<uint16_t, FloatTag> d16;
  const hn::Rebind<uint32_t, FloatTag> d32;
  const auto bits = hn::LoadU(d16, reinterpret_cast<const uint16_t*>(from));
  return hn::BitCast(d, hn::ShiftLeft<16>(hn::PromoteTo(d32, bits)));
}
HWY_INLINE float Value(float x) { return x; }
HWY_INLINE float Value(bf16 x) { return ToFloat(x); }

template <typename T>
HWY_INLINE void PrefetchRow(const T* row, int64_t dim) {
  constexpr int64_t kLine = 64 / sizeof(T);
  for (int64_t i = 0; i < dim; i += kLine) hwy::Prefetch(row + i);
}

// The rows of up to kStepKeys keys from `first` on.
template <typename T>
struct Step {
  const T* keys[kStepKeys];
  const T* values[kStepKeys];
  int64_t first = 0;
  int64_t count = 0;
};

template <typename T>
HWY_INLINE void FindRows(const PagedKv& kv, const DecodeTask& task,
                         int64_t first, Step<T>& step) {
  step.first = first;
  step.count = std::min(kStepKeys, task.end_key - first);
  const int32_t* const table = kv.block_table + task.sequence * kv.table_stride;
  for (int64_t i = 0; i < step.count; ++i) {
    const int64_t key = first + i;
    const int64_t block = table[key / kv.block_size];
    const int64_t row = (block * kv.kv_heads + task.kv_head) * kv.block_size +
                        key % kv.block_size;
    step.keys[i] = static_cast<const T*>(kv.keys) + row * kv.head_dim;
    step.values[i] = static_cast<const T*>(kv.values) + row * kv.head_dim;
  }
}

template <typename T>
HWY_INLINE float Dot(const float* HWY_RESTRICT q, const T* HWY_RESTRICT key,
                     int64_t dim) {
  const FloatTag d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  auto sums = hn::Zero(d);
  int64_t i = 0;
  for (; i + lanes <= dim; i += lanes) {
    sums = hn::MulAdd(hn::LoadU(d, q + i), LoadValues(d, key + i), sums);
  }
  float sum = hn::GetLane(hn::SumOfLanes(d, sums));
  for (; i < dim; ++i) sum += q[i] * Value(key[i]);
  return sum;
}

// out = shrink * out + sum of weights[j] * values[j], kVectors vectors of it.
template <int kVectors, typename T>
HWY_INLINE void AddValues(const Step<T>& step, const float* weights,
                          float shrink, int64_t column, float* out) {
  const FloatTag d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  hn::Vec<FloatTag> sums[kVectors];
  HWY_UNROLL(8)
  for (int v = 0; v < kVectors; ++v) {
    sums[v] =
        hn::Mul(hn::Set(d, shrink), hn::LoadU(d, out + column + v * lanes));
  }
  for (int64_t j = 0; j < step.count; ++j) {
    const auto weight = hn::Set(d, weights[j]);
    HWY_UNROLL(8)
    for (int v = 0; v < kVectors; ++v) {
      sums[v] = hn::MulAdd(
          weight, LoadValues(d, step.values[j] + column + v * lanes), sums[v]);
    }
  }
  HWY_UNROLL(8)
  for (int v = 0; v < kVectors; ++v) {
    hn::StoreU(sums[v], d, out + column + v * lanes);
  }
}

template <typename T>
HWY_INLINE void AddAllValues(const Step<T>& step, const float* weights,
                             float shrink, int64_t dim, float* out) {
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(FloatTag()));
  int64_t i = 0;
  for (; i + 8 * lanes <= dim; i += 8 * lanes) {
    AddValues<8>(step, weights, shrink, i, out);
  }
  for (; i + 2 * lanes <= dim; i += 2 * lanes) {
    AddValues<2>(step, weights, shrink, i, out);
  }
  for (; i + lanes <= dim; i += lanes) {
    AddValues<1>(step, weights, shrink, i, out);
  }
  for (; i < dim; ++i) {
    float sum = shrink * out[i];
    for (int64_t j = 0; j < step.count; ++j) {
      sum += weights[j] * Value(step.values[j][i]);
    }
    out[i] = sum;
  }
}

// Scores in bits become weights relative to the returned largest one, which is
// at least `largest`; `sum` is set to their sum.
HWY_INLINE float Weigh(int64_t count, float largest, float* scores,
                       float* sum) {
  const FloatTag d;
  const int64_t lanes = static_cast<int64_t>(hn::Lanes(d));
  for (int64_t j = 0; j < count; ++j) largest = std::max(largest, scores[j]);
  // kStepKeys is a whole number of vectors: those past `count` weigh nothing.
  std::fill(scores + count, scores + kStepKeys,
            -std::numeric_limits<float>::infinity());
  auto sums = hn::Zero(d);
  for (int64_t j = 0; j < kStepKeys; j += lanes) {
    const auto weights =
        Exp2(d, hn::Sub(hn::LoadU(d, scores + j), hn::Set(d, largest)));
    hn::StoreU(weights, d, scores + j);
    sums = hn::Add(sums, weights);
  }
  *sum = hn::GetLane(hn::SumOfLanes(d, sums));
  return largest;
}

HWY_INLINE float Exp2Of(float x) {
  const FloatTag d;
  return hn::GetLane(Exp2(d, hn::Set(d, x)));
}

// One row's share of a step.
template <typename T>
HWY_INLINE void RowStep(const DecodeAttentionParams& p, const Step<T>& step,
                        const Step<T>& next, bool prefetch,
                        const float* HWY_RESTRICT q, int64_t position,
                        float* HWY_RESTRICT partial) {
  const int64_t dim = p.kv.head_dim;
  const float factor = p.scale * kLog2E;
  const int64_t first_seen = p.window == 0 ? 0 : position - p.window + 1;
  float* const state = partial + DecodePaddedDim(p);
  alignas(64) float scores[kStepKeys];
  for (int64_t j = 0; j < step.count; ++j) {
    // The values that this step reads next, while the keys are computed with.
    if (prefetch) PrefetchRow(step.values[j], dim);
    const int64_t key = step.first + j;
    scores[j] = key > position || key < first_seen
                    ? -std::numeric_limits<float>::infinity()
                    : factor * Dot(q, step.keys[j], dim);
  }
  float sum = 0;
  const float largest = Weigh(step.count, state[0], scores, &sum);
  const float shrink = Exp2Of(state[0] - largest);
  state[0] = largest;
  state[1] = shrink * state[1] + sum;
  if (prefetch) {
    for (int64_t j = 0; j < next.count; ++j) PrefetchRow(next.keys[j], dim);
  }
  AddAllValues(step, scores, shrink, dim, partial);
}

template <typename T>
HWY_NOINLINE void RunTask(const DecodeAttentionParams& p,
                          const DecodeTask& task) {
  const DecodeSequence sequence = DecodeSequenceOf(p, task.sequence);
  const int64_t group = p.q_heads / p.kv.kv_heads;
  const int64_t stride = DecodePartialFloats(p);
  std::fill(task.partials, task.partials + sequence.rows * stride, 0.0f);
  for (int64_t row = 0; row < sequence.rows; ++row) {
    // Finite: a row may see none of a step's keys.
    task.partials[row * stride + DecodePaddedDim(p)] =
        -std::numeric_limits<float>::max();
  }
  Step<T> steps[2];
  FindRows(p.kv, task, task.first_key, steps[0]);
  for (int64_t turn = 0; steps[turn].count > 0; turn = 1 - turn) {
    const Step<T>& step = steps[turn];
    Step<T>& next = steps[1 - turn];
    FindRows(p.kv, task, std::min(step.first + step.count, task.end_key), next);
    for (int64_t row = 0; row < sequence.rows; ++row) {
      const int64_t token = row / group;
      const float* const q =
          p.q + (sequence.first_token + token) * p.q_token_stride +
          (task.kv_head * group + row % group) * p.kv.head_dim;
      RowStep(p, step, next, row == 0, q, sequence.first_position + token,
              task.partials + row * stride);
    }
  }
}

void DecodeChunk(const DecodeAttentionParams& p, const DecodeTask& task) {
  if (p.kv.type == KvType::kF32) {
    RunTask<float>(p, task);
  } else {
    RunTask<bf16>(p, task);
  }
}

// Sums a row's partial results, `chunk_stride` floats apart, in their order.
HWY_INLINE void CombineRow(const float* partials, int64_t chunks,
                           int64_t chunk_stride, int64_t padded, int64_t dim,
                           float* HWY_RESTRICT out) {
  float largest = -std::numeric_limits<float>::max();
  for (int64_t c = 0; c < chunks; ++c) {
    largest = std::max(largest, partials[c * chunk_stride + padded]);
  }
  float sum = 0;
  std::fill(out, out + dim, 0.0f);
  for (int64_t c = 0; c < chunks; ++c) {
    const float* const partial = partials + c * chunk_stride;
    const float weight = Exp2Of(partial[padded] - largest);
    sum += weight * partial[padded + 1];
    for (int64_t i = 0; i < dim; ++i) out[i] += weight * partial[i];
  }
  for (int64_t i = 0; i < dim; ++i) out[i] /= sum;
}

// `partials` is the first chunk's first row of the kv head.
void Combine(const DecodeAttentionParams& p, int64_t s, int64_t kv_head,
             const float* partials) {
  const DecodeSequence sequence = DecodeSequenceOf(p, s);
  const int64_t group = p.q_heads / p.kv.kv_heads;
  const int64_t stride = DecodePartialFloats(p);
  for (int64_t row = 0; row < sequence.rows; ++row) {
    CombineRow(partials + row * stride, sequence.chunks,
               p.kv.kv_heads * sequence.rows * stride, DecodePaddedDim(p),
               p.kv.head_dim,
               p.out +
                   (sequence.first_token + row / group) * p.out_token_stride +
                   (kv_head * group + row % group) * p.kv.head_dim);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace kaito::kernels {

HWY_EXPORT(DecodeChunk);
HWY_EXPORT(Combine);

namespace {

// Lies at the start of the workspace, one for each sequence and one past the
// last: the first of its tasks, and of its floats behind the list.
struct SequenceStart {
  int64_t task;
  int64_t floats;
};

int64_t ListBytes(int64_t sequences) {
  return ((sequences + 1) * static_cast<int64_t>(sizeof(SequenceStart)) + 63) /
         64 * 64;
}

// Fills `list` where it is given; returns the entry past the last sequence.
SequenceStart ListStarts(const DecodeAttentionParams& p, SequenceStart* list) {
  SequenceStart start = {};
  for (int64_t s = 0; s < p.kv.sequences; ++s) {
    if (list != nullptr) list[s] = start;
    const DecodeSequence sequence = DecodeSequenceOf(p, s);
    const int64_t tasks = sequence.chunks * p.kv.kv_heads;
    start.task += tasks;
    start.floats += tasks * sequence.rows * DecodePartialFloats(p);
  }
  if (list != nullptr) list[p.kv.sequences] = start;
  return start;
}

// Heads inside chunks inside sequences, as the partial results lie.
DecodeTask TaskOf(const DecodeAttentionParams& p, const SequenceStart* list,
                  float* partials, int64_t task) {
  const SequenceStart* const after =
      std::upper_bound(list, list + p.kv.sequences + 1, task,
                       [](int64_t number, const SequenceStart& start) {
                         return number < start.task;
                       });
  const int64_t s = after - list - 1;
  const DecodeSequence sequence = DecodeSequenceOf(p, s);
  const int64_t in_sequence = task - list[s].task;
  const int64_t chunk = sequence.first_chunk + in_sequence / p.kv.kv_heads;
  return {.sequence = s,
          .kv_head = in_sequence % p.kv.kv_heads,
          .first_key = std::max(sequence.first_key, chunk * kDecodeChunkKeys),
          .end_key = std::min(sequence.length, (chunk + 1) * kDecodeChunkKeys),
          .partials = partials + list[s].floats +
                      in_sequence * sequence.rows * DecodePartialFloats(p)};
}

}  // namespace

int64_t DecodeAttentionCpuWorkspaceBytes(const DecodeAttentionParams& params) {
  return ListBytes(params.kv.sequences) +
         ListStarts(params, nullptr).floats *
             static_cast<int64_t>(sizeof(float));
}

void DecodeAttentionCpu(const DecodeAttentionParams& params, Workers* workers) {
  auto* const list = static_cast<SequenceStart*>(params.workspace);
  auto* const partials = reinterpret_cast<float*>(
      static_cast<char*>(params.workspace) + ListBytes(params.kv.sequences));
  const int64_t tasks = ListStarts(params, list).task;
  ForEachTask(workers, tasks, [&](int64_t worker, int64_t task) {
    HWY_DYNAMIC_DISPATCH(DecodeChunk)
    (params, TaskOf(params, list, partials, task));
  });
  ParallelFor(workers, params.kv.sequences * params.kv.kv_heads, /*grain=*/16,
              [&](int64_t begin, int64_t end) {
                for (int64_t i = begin; i < end; ++i) {
                  const int64_t s = i / params.kv.kv_heads;
                  const int64_t kv_head = i % params.kv.kv_heads;
                  const DecodeSequence sequence = DecodeSequenceOf(params, s);
                  if (sequence.chunks == 0) continue;
                  HWY_DYNAMIC_DISPATCH(Combine)
                  (params, s, kv_head,
                   partials + list[s].floats +
                       kv_head * sequence.rows * DecodePartialFloats(params));
                }
              });
}

}  // namespace kaito::kernels
#endif  // HWY_ONCE
