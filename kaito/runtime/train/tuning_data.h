#ifndef KAITO_RUNTIME_TRAIN_TUNING_DATA_H_
#define KAITO_RUNTIME_TRAIN_TUNING_DATA_H_

// The data of a tuning run as tokens: read, encoded with the model's tokenizer
// and template, and split.
//
//   KAITO_ASSIGN_OR_RETURN(TuningData data, LoadTuningData(recipe, now));

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/train/recipe.h"

namespace kaito::runtime {

struct TuningData {
  std::vector<EncodedRow> train;
  std::vector<EncodedRow> eval;  // May be empty.
  std::string digest;            // RowsDigest() of both.
  std::string description;       // Lines for the user.
};

// InvalidArgument, with file and row, where the data is unusable.
absl::StatusOr<TuningData> LoadTuningData(const Recipe& recipe, absl::Time now);

// The rows in passes of at most `max_tokens`, or of one row.
absl::StatusOr<std::vector<PackedBatch>> EvalBatches(
    const std::vector<EncodedRow>& rows, int64_t max_tokens);

// Of the longest row.
int64_t LongestRow(const std::vector<EncodedRow>& rows);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TRAIN_TUNING_DATA_H_
