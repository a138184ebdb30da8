#ifndef KAITO_RUNTIME_DATASET_DATASET_FILES_H_
#define KAITO_RUNTIME_DATASET_DATASET_FILES_H_

// Which files below a path hold the data, and in which format.
//
//   KAITO_ASSIGN_OR_RETURN(const std::vector<DataFile> files,
//                          FindDataFiles("/mnt/data", DataFormat::kAuto));
//
// A file given itself is taken whatever its name. Below a directory files are
// taken by their names: a known extension, or one that something follows which
// a download's URL left ("train.parquet_download_true"). Sorted by path, so that
// the order of rows is the same everywhere; hidden files are left out.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime {

enum class DataFormat { kAuto, kJson, kCsv, kParquet, kArrow };

struct DataFile {
  std::string path;
  DataFormat format = DataFormat::kAuto;  // By its name; kAuto: unknown.

  bool operator==(const DataFile&) const = default;
};

// NotFound, saying what was looked for, where there is none. `format` other
// than kAuto takes only files of that format below a directory, and holds for a
// file given itself.
absl::StatusOr<std::vector<DataFile>> FindDataFiles(absl::string_view path,
                                                    DataFormat format);

// kAuto for a name that says nothing.
DataFormat FormatOfName(absl::string_view name);

// By what the file begins with; kAuto where that says nothing.
DataFormat FormatOfContent(absl::string_view begin);

// InvalidArgument for a word that is none of csv, json, jsonl, parquet, arrow.
absl::StatusOr<DataFormat> ParseDataFormat(absl::string_view word);

// "JSON", "Parquet" ...
absl::string_view FormatName(DataFormat format);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_DATASET_FILES_H_
