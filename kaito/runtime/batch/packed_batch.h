#ifndef KAITO_RUNTIME_BATCH_PACKED_BATCH_H_
#define KAITO_RUNTIME_BATCH_PACKED_BATCH_H_

// PackedBatch: tokens of several sequences one after the other, without
// padding. What the dataset side makes and a training or scoring pass eats.
//
//   for (int64_t s = 0; s < batch.sequences(); ++s) {
//     // tokens [batch.starts[s], batch.starts[s + 1]) see only each other.
//   }
//
// A plain value; move it.

#include <cstdint>
#include <vector>

namespace kaito::runtime {

struct PackedBatch {
  std::vector<int32_t> ids;        // [tokens]
  std::vector<int32_t> positions;  // [tokens]; from 0 in each sequence.
  // [tokens]; the id that should follow token t, or -100 (kIgnoredLabel) where
  // it isn't trained: shifted already, so a sequence's last is always -100.
  std::vector<int32_t> labels;
  std::vector<int32_t> starts;  // [sequences + 1]; begins with 0.

  int64_t tokens() const { return static_cast<int64_t>(ids.size()); }
  int64_t sequences() const {
    return starts.empty() ? 0 : static_cast<int64_t>(starts.size()) - 1;
  }
};

// Of labels that are trained.
int64_t TargetCount(const PackedBatch& batch);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BATCH_PACKED_BATCH_H_
