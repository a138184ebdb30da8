#ifndef KAITO_RUNTIME_BACKEND_ADAPTER_INDEX_H_
#define KAITO_RUNTIME_BACKEND_ADAPTER_INDEX_H_

// AdapterIndex: which module of an adapter belongs to which linear of a decoder,
// checked once before a pass and looked up in it.
//
//   KAITO_ASSIGN_OR_RETURN(const AdapterIndex index,
//                          AdapterIndex::Create(adapter, weights));
//   if (const LoraModule* m = index.Find(3, LinearRole::kDown)) …

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/model_weights.h"
#include "kaito/runtime/model/tensor_names.h"

namespace kaito::runtime {

class AdapterIndex {
 public:
  // InvalidArgument, with the module, where it is of a linear that the decoder
  // doesn't have, is there twice, or has sizes that don't fit. The adapter must
  // outlive the index. Null: nothing is found.
  static absl::StatusOr<AdapterIndex> Create(const LoraAdapter* adapter,
                                             const ModelWeights& weights);

  // Into the adapter's modules; -1 where the linear isn't adapted.
  int64_t IndexOf(int64_t layer, LinearRole role) const {
    return adapter_ == nullptr ? -1
                               : module_of_[layer][static_cast<size_t>(role)];
  }

  const LoraModule* Find(int64_t layer, LinearRole role) const {
    const int64_t index = IndexOf(layer, role);
    return index < 0 ? nullptr : &adapter_->modules[index];
  }

  // The lowest layer with a module; the number of layers where there is none.
  int64_t first_layer() const { return first_layer_; }
  int64_t largest_rank() const { return largest_rank_; }  // 0: no module

 private:
  const LoraAdapter* adapter_ = nullptr;
  std::vector<std::array<int32_t, kLinearRoles>> module_of_;  // [layers]
  int64_t first_layer_ = 0;
  int64_t largest_rank_ = 0;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_ADAPTER_INDEX_H_
