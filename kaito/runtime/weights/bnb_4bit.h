#ifndef KAITO_RUNTIME_WEIGHTS_BNB_4BIT_H_
#define KAITO_RUNTIME_WEIGHTS_BNB_4BIT_H_

// The 4-bit weights of checkpoints that bitsandbytes wrote: one weight is up to
// six tensors, which are put together and checked here. Pure. The numbers
// themselves are the kernels' (kaito/kernels).
//
//   KAITO_ASSIGN_OR_RETURN(
//       const Bnb4bitWeight w,
//       ReadBnb4bit("model.layers.0.mlp.down_proj.weight", find));
//   w.shape;                                   // [out, in]
//
// With P the weight's name the tensors are P itself (packed, two to a byte),
// P.absmax, P.quant_map, with double quantisation P.nested_absmax and
// P.nested_quant_map, and P.quant_state.bitsandbytes__nf4, which is JSON.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {

// The second level: absmax itself is quantised to bytes.
struct Bnb4bitNested {
  int64_t block_size = 0;             // Of absmax; 256 in practice.
  double offset = 0;                  // Added after scaling.
  std::span<const std::byte> absmax;  // f32 [ceil(blocks / block_size)]
  std::array<float, 256> map = {};    // What each byte stands for.
};

struct Bnb4bitWeight {
  std::vector<int64_t> shape;  // [out, in], of the weight before.
  Dtype dtype = Dtype::kBf16;  // Of the weight before: BF16, F16 or F32.
  int64_t elements = 0;        // The product of shape.
  int64_t block_size = 0;      // Consecutive elements that share an absmax.
  int64_t blocks = 0;
  std::array<float, 16> map = {};     // What each code stands for.
  std::span<const std::byte> packed;  // [ceil(elements / 2)], high nibble first
  std::span<const std::byte> absmax;  // f32 [blocks]; u8 where nested
  std::optional<Bnb4bitNested> nested;
};

// Looks a tensor up by its full name.
using FindTensor =
    absl::FunctionRef<std::optional<TensorView>(absl::string_view name)>;

// For the name of a quant_state tensor, of any quant type: that of its weight.
std::optional<absl::string_view> WeightOfQuantState(absl::string_view name);

// The names that the tensors of this weight have, but for its own and the
// state's.
std::vector<std::string> Bnb4bitPartNames(absl::string_view weight);

// InvalidArgument, with the tensor and the values, where a part is missing or
// does not fit the others, and for quant types other than nf4. The views are
// those of `find`.
absl::StatusOr<Bnb4bitWeight> ReadBnb4bit(absl::string_view weight,
                                          FindTensor find);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_WEIGHTS_BNB_4BIT_H_
