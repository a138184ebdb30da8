#ifndef KAITO_RUNTIME_DATASET_DATASET_H_
#define KAITO_RUNTIME_DATASET_DATASET_H_

// Reads a data set: finds the files, reads each in its format, and gives the
// rows of all of them, in order. What tuning, scoring and `runtime data` start
// from; row_encoder.h makes token ids of it.
//
//   KAITO_ASSIGN_OR_RETURN(const Dataset data,
//                          LoadDataset({"/mnt/data"}, {}));
//   for (const Row& row : data.rows) ...
//
// A record that is broken rejects the whole set, with file and line; a row that
// is fine but has nothing to train on (no messages) is left out and listed.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/dataset/dataset_files.h"
#include "kaito/runtime/dataset/row.h"
#include "kaito/runtime/dataset/row_json.h"

namespace kaito::runtime {

struct DatasetOptions {
  DataFormat format = DataFormat::kAuto;
  ColumnNames columns;
  // Only the first file of all, as KAITO's own runtime does.
  bool first_file_only = false;
  // Of all texts together: bounds what a compressed file may grow to.
  int64_t max_text_bytes = int64_t{8} << 30;
  // Where the Parquet and Arrow reader is; "" looks beside the program.
  std::string arrow_plugin;
};

struct UnusableRow {
  int64_t index = 0;
  int64_t file = 0;
  int64_t number = 0;
  std::string why;
};

struct Dataset {
  std::vector<DataFile> files;
  std::vector<Row> rows;
  std::vector<UnusableRow> unusable;

  int64_t read() const {
    return static_cast<int64_t>(rows.size() + unusable.size());
  }
  // "train.jsonl: line 7", "train.parquet: row 7".
  std::string Where(int64_t file, int64_t number) const;
};

// InvalidArgument for files that are rejected; NotFound where there are none.
absl::StatusOr<Dataset> LoadDataset(std::span<const std::string> paths,
                                    const DatasetOptions& options);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_DATASET_H_
