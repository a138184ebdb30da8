// Decodes any range of an NF4 tensor to f32, and reads and writes rows of f32
// or bf16: for the Highway files of nf4_matmul.

#if defined(KAITO_KERNELS_NF4_MATMUL_NF4_RANGE_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef KAITO_KERNELS_NF4_MATMUL_NF4_RANGE_INL_H_
#undef KAITO_KERNELS_NF4_MATMUL_NF4_RANGE_INL_H_
#else
#define KAITO_KERNELS_NF4_MATMUL_NF4_RANGE_INL_H_
#endif

#include <algorithm>
#include <bit>
#include <cstdint>

#include "hwy/cache_control.h"
#include "hwy/highway.h"
#include "kaito/kernels/nf4_quantize/nf4_absmax.h"
#include "kaito/kernels/nf4_quantize/nf4_decode-inl.h"
#include "kaito/kernels/nf4_quantize/nf4_quantize_params.h"
#include "kaito/kernels/types.h"

HWY_BEFORE_NAMESPACE();
namespace kaito::kernels {
namespace HWY_NAMESPACE {
namespace hn = ::hwy::HWY_NAMESPACE;

// One worker's view of a tensor.
class Nf4Range {
 public:
  explicit Nf4Range(const Nf4Tensor& w)
      : w_(w), block_bits_(std::countr_zero(static_cast<uint64_t>(w.block))) {}

  // Elements [begin, begin + count), of whatever blocks and nibbles.
  void Decode(int64_t begin, int64_t count, float* out) const {
    const int64_t end = begin + count;
    while (begin < end) {
      float buffer[kScales];
      const int64_t block = begin >> block_bits_;
      const int64_t blocks =
          std::min(kScales, ((end - 1) >> block_bits_) + 1 - block);
      const float* const scales = Scales(block, blocks, buffer);
      for (int64_t b = 0; b < blocks; ++b) {
        const int64_t stop = std::min(end, (block + b + 1) << block_bits_);
        out = DecodeWithin(begin, stop, scales[b], out);
        begin = stop;
      }
    }
  }

  // Asks for what Decode will read. The range may lie beyond the tensor.
  void Prefetch(int64_t begin, int64_t count) const {
    constexpr int64_t kLine = 64;
    const auto packed = reinterpret_cast<uintptr_t>(w_.packed) + begin / 2;
    for (int64_t at = 0; at < count / 2; at += kLine) {
      hwy::Prefetch(reinterpret_cast<const void*>(packed + at));
    }
    const int64_t block = begin >> block_bits_;
    const bool values = w_.absmax.values != nullptr;
    const auto scales = reinterpret_cast<uintptr_t>(
        values ? static_cast<const void*>(w_.absmax.values) : w_.absmax.codes);
    hwy::Prefetch(
        reinterpret_cast<const void*>(scales + block * (values ? 4 : 1)));
  }

 private:
  static constexpr int64_t kScales = 8;  // Read at once where they are codes.

  const float* Scales(int64_t block, int64_t blocks, float* buffer) const {
    if (w_.absmax.values != nullptr) return w_.absmax.values + block;
    ReadAbsmax(w_.absmax, block, blocks, buffer);
    return buffer;
  }

  float One(int64_t i, float scale) const {
    const uint8_t byte = w_.packed[i / 2];
    return kNf4Values[i % 2 == 0 ? byte >> 4 : byte & 15] * scale;
  }

  // [i, end) of one block; returns the end of what was written.
  float* DecodeWithin(int64_t i, int64_t end, float scale, float* out) const {
    if (i % 2 != 0) *out++ = One(i++, scale);
#if KAITO_NF4_DECODES_IN_REGISTERS
    const Nf4Decoder::F32 f32;
    const auto scales = hn::Set(f32, scale);
    for (; i + Nf4Decoder::kLanes <= end; i += Nf4Decoder::kLanes) {
      hn::StoreU(hn::Mul(decoder_.InOrder(w_.packed + i / 2), scales), f32,
                 out);
      out += Nf4Decoder::kLanes;
    }
#endif
    for (; i < end; ++i) *out++ = One(i, scale);
    return out;
  }

  const Nf4Tensor& w_;
  const int block_bits_;  // The block is a power of two.
#if KAITO_NF4_DECODES_IN_REGISTERS
  const Nf4Decoder decoder_;
#endif
};

// Elements [begin, begin + count) of a buffer of `type`, `step` apart at `out`.
inline void ReadRow(const void* data, FloatType type, int64_t begin,
                    int64_t count, int64_t step, float* out) {
  if (type == FloatType::kF32) {
    const float* const x = static_cast<const float*>(data) + begin;
    for (int64_t i = 0; i < count; ++i) out[i * step] = x[i];
  } else {
    const bf16* const x = static_cast<const bf16*>(data) + begin;
    for (int64_t i = 0; i < count; ++i) out[i * step] = ToFloat(x[i]);
  }
}

// Elements [begin, begin + count) of a buffer of `type` from sums `step` apart.
inline void WriteRow(const float* sums, int64_t step, int64_t count,
                     bool accumulate, FloatType type, int64_t begin,
                     void* data) {
  if (type == FloatType::kF32) {
    float* const y = static_cast<float*>(data) + begin;
    for (int64_t i = 0; i < count; ++i) {
      y[i] = accumulate ? y[i] + sums[i * step] : sums[i * step];
    }
  } else {
    bf16* const y = static_cast<bf16*>(data) + begin;
    for (int64_t i = 0; i < count; ++i) {
      const float sum = sums[i * step];
      y[i] = ToBf16(accumulate ? ToFloat(y[i]) + sum : sum);
    }
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace kaito::kernels
HWY_AFTER_NAMESPACE();

#endif  // KAITO_KERNELS_NF4_MATMUL_NF4_RANGE_INL_H_
