#include "kaito/runtime/batch/packed_batch.h"

#include <algorithm>
#include <cstdint>

namespace kaito::runtime {

int64_t TargetCount(const PackedBatch& batch) {
  return std::count_if(batch.labels.begin(), batch.labels.end(),
                       [](int32_t label) { return label >= 0; });
}

}  // namespace kaito::runtime
