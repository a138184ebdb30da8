#include "kaito/runtime/backend/batch_check.h"

#include <cstdint>
#include <limits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/cross_entropy/cross_entropy_params.h"

namespace kaito::runtime {
namespace {

absl::Status CheckSequence(const PackedBatch& batch, int64_t sequence,
                           const DecoderConfig& config) {
  const int64_t begin = batch.starts[sequence];
  const int64_t end = batch.starts[sequence + 1];
  if (begin < 0 || begin >= end || end > batch.tokens()) {
    return absl::InvalidArgumentError(
        absl::StrCat("batch: sequence ", sequence, " is tokens ", begin, " to ",
                     end, " of ", batch.tokens()));
  }
  if (end - begin > config.max_positions) {
    return absl::InvalidArgumentError(absl::StrCat(
        "batch: sequence ", sequence, " has ", end - begin,
        " tokens, the model takes ", config.max_positions, " at most"));
  }
  for (int64_t t = begin; t < end; ++t) {
    if (batch.positions[t] != t - begin) {
      return absl::InvalidArgumentError(
          absl::StrCat("batch: token ", t, " is at position ",
                       batch.positions[t], ", want ", t - begin));
    }
    if (batch.ids[t] < 0 || batch.ids[t] >= config.vocab_size) {
      return absl::InvalidArgumentError(
          absl::StrCat("batch: token ", t, " has the id ", batch.ids[t],
                       ", the vocabulary has ", config.vocab_size));
    }
    const int32_t label = batch.labels[t];
    if (label != kernels::kIgnoredLabel &&
        (label < 0 || label >= config.vocab_size)) {
      return absl::InvalidArgumentError(
          absl::StrCat("batch: token ", t, " has the label ", label,
                       ", the vocabulary has ", config.vocab_size,
                       ", and ignored ones are ", kernels::kIgnoredLabel));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckBatch(const PackedBatch& batch, const DecoderConfig& config) {
  if (batch.positions.size() != batch.ids.size() ||
      batch.labels.size() != batch.ids.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "batch: it has ", batch.ids.size(), " ids, ", batch.positions.size(),
        " positions and ", batch.labels.size(), " labels"));
  }
  if (batch.ids.empty() || batch.sequences() < 1 || batch.starts.front() != 0 ||
      batch.starts.back() != batch.tokens() ||
      batch.tokens() > std::numeric_limits<int32_t>::max()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "batch: its ", batch.sequences(), " sequences do not cover its ",
        batch.tokens(), " tokens, of which there must be 1 to 2^31 - 1"));
  }
  for (int64_t s = 0; s < batch.sequences(); ++s) {
    KAITO_RETURN_IF_ERROR(CheckSequence(batch, s, config));
  }
  return absl::OkStatus();
}

}  // namespace kaito::runtime
