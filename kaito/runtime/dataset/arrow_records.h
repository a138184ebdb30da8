#ifndef KAITO_RUNTIME_DATASET_ARROW_RECORDS_H_
#define KAITO_RUNTIME_DATASET_ARROW_RECORDS_H_

// Reads the records of Parquet and Arrow files, through a plug-in that is opened
// when the first such file appears: only the plug-in links Arrow (ADR 0002).
//
//   KAITO_RETURN_IF_ERROR(
//       ReadArrowRecords({.path = path, .columns = {"text"}}, sink));
//
// A batch of rows is in memory at a time. A null field of a struct is left out
// of the record, but for content and value.

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "kaito/runtime/dataset/record.h"

namespace kaito::runtime {

struct ArrowFile {
  std::string path;
  bool parquet = true;  // Else Arrow IPC, a file or a stream.
  // Names of those that are wanted; others are not read.
  std::vector<std::string> columns;
  // Path of the plug-in; "" takes $KAITO_ARROW_PLUGIN, else the file
  // kArrowPluginName beside the program or in its runfiles.
  std::string plugin;
};

inline constexpr char kArrowPluginName[] = "libkaito_arrow.so";

// InvalidArgument for a file that is broken or has columns of types that aren't
// read, and where there is no plug-in, saying where it was looked for.
absl::Status ReadArrowRecords(const ArrowFile& file, RecordSink sink);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_ARROW_RECORDS_H_
