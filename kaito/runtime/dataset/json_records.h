#ifndef KAITO_RUNTIME_DATASET_JSON_RECORDS_H_
#define KAITO_RUNTIME_DATASET_JSON_RECORDS_H_

// Finds the records of a JSON file: one on each line, or the items of one list,
// whichever the file begins with. Records are cut out here, and parsed, with
// their errors, by the sink.
//
//   KAITO_RETURN_IF_ERROR(ReadJsonRecords(file.text(), [&](const Record& r) {
//     return Annotate(Add(r.json), absl::StrCat("line ", r.number));
//   }));
//
// A byte order mark, CRLF, blank lines and a missing last line feed are fine.

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/dataset/record.h"

namespace kaito::runtime {

// The longest conversations are some megabytes.
inline constexpr int64_t kMaxRecordBytes = int64_t{64} << 20;

// InvalidArgument, with the line, for what is no list and no lines, and for a
// record of more than kMaxRecordBytes.
absl::Status ReadJsonRecords(absl::string_view text, RecordSink sink);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_JSON_RECORDS_H_
