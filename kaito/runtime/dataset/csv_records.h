#ifndef KAITO_RUNTIME_DATASET_CSV_RECORDS_H_
#define KAITO_RUNTIME_DATASET_CSV_RECORDS_H_

// Reads CSV as RFC 4180 has it: commas, quotes doubled inside quoted fields,
// records that may span lines, the names of the columns first. Every field is a
// string; nothing ("NA", "") means null. CR LF and LF end a record; a byte order
// mark is skipped.
//
//   KAITO_RETURN_IF_ERROR(ReadCsvRecords(file.text(), check, sink));

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/dataset/record.h"

namespace kaito::runtime {

// InvalidArgument, with the line on which the record begins, for a file without
// names, a name twice, another number of fields than names, a quote that is
// never closed or that text follows, and a field that is not UTF-8.
// `check_columns` sees the names before any record, as a record of nulls.
absl::Status ReadCsvRecords(absl::string_view text, RecordSink check_columns,
                            RecordSink sink);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_CSV_RECORDS_H_
