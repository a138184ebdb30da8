#ifndef KAITO_STANDALONE_APISERVER_OBJECT_CELL_H_
#define KAITO_STANDALONE_APISERVER_OBJECT_CELL_H_

// The text of a cell in a table for `kubectl get`.

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"

namespace kaito::apiserver {

// api::ShortDuration since an RFC 3339 time; "<unknown>" where it is none.
std::string AgeText(absl::string_view timestamp, absl::Time now);

// A scalar as it is; an object or array as JSON.
json::Value CellText(const json::Value& value);

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_OBJECT_CELL_H_
