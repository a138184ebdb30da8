#include "kaito/runtime/backend/adapter_index.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/lora/lora_params.h"
#include "kaito/runtime/backend/linear_weight.h"

namespace kaito::runtime {
namespace {

absl::Status Bad(const LoraModule& m, absl::string_view what) {
  return absl::InvalidArgumentError(
      absl::StrCat("adapter: ", m.module, ": ", what));
}

absl::Status CheckModule(const LoraModule& m, const ModelWeights& weights) {
  if (m.layer < 0 || m.layer >= std::ssize(weights.layers)) {
    return Bad(m, absl::StrCat("it is of layer ", m.layer, ", the model has ",
                               weights.layers.size()));
  }
  const LinearWeight& linear = weights.layers[m.layer].linear(m.role);
  if (linear.out == 0) return Bad(m, "the model has no such linear");
  if (m.in != linear.in || m.out != linear.out) {
    return Bad(m, absl::StrCat("it is of a linear [", m.out, ", ", m.in,
                               "], the model's is [", linear.out, ", ",
                               linear.in, "]"));
  }
  if (m.rank < 1 || m.rank > kernels::kLoraMaxRank) {
    return Bad(m, absl::StrCat("its rank is ", m.rank, ", want 1 to ",
                               kernels::kLoraMaxRank));
  }
  if (std::ssize(m.a) != m.rank * m.in || std::ssize(m.b) != m.out * m.rank) {
    return Bad(m, absl::StrCat("A has ", m.a.size(), " and B ", m.b.size(),
                               " numbers, want ", m.rank * m.in, " and ",
                               m.out * m.rank));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<AdapterIndex> AdapterIndex::Create(const LoraAdapter* adapter,
                                                  const ModelWeights& weights) {
  AdapterIndex index;
  index.first_layer_ = std::ssize(weights.layers);
  if (adapter == nullptr) return index;
  index.adapter_ = adapter;
  index.module_of_.resize(weights.layers.size());
  for (auto& layer : index.module_of_) layer.fill(-1);
  for (size_t i = 0; i < adapter->modules.size(); ++i) {
    const LoraModule& m = adapter->modules[i];
    KAITO_RETURN_IF_ERROR(CheckModule(m, weights));
    int32_t& place = index.module_of_[m.layer][static_cast<size_t>(m.role)];
    if (place >= 0) return Bad(m, "it is there twice");
    place = static_cast<int32_t>(i);
    index.first_layer_ = std::min(index.first_layer_, m.layer);
    index.largest_rank_ = std::max(index.largest_rank_, m.rank);
  }
  return index;
}

}  // namespace kaito::runtime
