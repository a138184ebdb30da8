#ifndef KAITO_RUNTIME_DATASET_DATA_SETTINGS_H_
#define KAITO_RUNTIME_DATASET_DATA_SETTINGS_H_

// What a training_config.yaml says about data: which files, how rows become
// tokens, how tokens become steps. `tune` and `data` both read it here, so what
// one shows is what the other trains on.
//
//   KAITO_ASSIGN_OR_RETURN(const DataSettings settings,
//                          DataSettingsOf(config, {.kaito = false}));
//
// KAITO's program differs in three points, which `kaito` brings back: it reads
// only the first file, trains on every token but the padding token, and joins
// prompt and completion without the chat template.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/job/training_config.h"
#include "kaito/runtime/batch/batch_plan.h"
#include "kaito/runtime/dataset/dataset.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/dataset/row_encoder.h"

namespace kaito::runtime {

// Which share of the rows is trained on; the others evaluate.
struct SplitSettings {
  double train_share = 1;  // Above 0, up to 1.
  bool shuffle = true;     // Else the first rows are trained on.
  uint64_t seed = 42;
};

struct DataSettings {
  std::string path;  // A file or directory; flags may name others.
  DatasetOptions dataset;
  RowEncoderOptions encoder;  // But for the time.
  BatchOptions batches;
  SplitSettings split;
};

struct DataSettingsOptions {
  bool kaito = false;
};

// InvalidArgument names the key. By default the assistant's turns and
// completions alone are trained on; completion_only_loss: false trains on the
// rest too.
absl::StatusOr<DataSettings> DataSettingsOf(const api::TrainingConfig& config,
                                            const DataSettingsOptions& options);

struct SplitRows {
  std::vector<EncodedRow> train;
  std::vector<EncodedRow> eval;
};

// As many rows evaluate as datasets' train_test_split gives: the share rounded
// up. Both keep the order of the data set. InvalidArgument where nothing is left
// to train on.
absl::StatusOr<SplitRows> Split(std::vector<EncodedRow> rows,
                                const SplitSettings& settings);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_DATA_SETTINGS_H_
