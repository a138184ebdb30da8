#ifndef KAITO_RUNTIME_DATASET_RECORD_H_
#define KAITO_RUNTIME_DATASET_RECORD_H_

// What every reader gives: one record after the other, each a JSON object whose
// names are the columns (row_json.h reads it further). Pure, and in order.

#include <cstdint>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime {

struct Record {
  // From 1: the line on which it begins in a text file, else which row it is.
  int64_t number = 0;
  absl::string_view json;  // For the call only.
};

// An error ends the reading.
using RecordSink = absl::FunctionRef<absl::Status(const Record& record)>;

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_RECORD_H_
