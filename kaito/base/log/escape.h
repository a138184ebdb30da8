#ifndef KAITO_BASE_LOG_ESCAPE_H_
#define KAITO_BASE_LOG_ESCAPE_H_

// Quoting of values for log lines, so that whatever is in them stays one value
// on one line. For log.cc only.
//
//   AppendLogText("a b\n", &line);   // "a b\n", in quotes, with \ and n

#include <string>

#include "absl/strings/string_view.h"

namespace kaito {

// For logfmt: as it is where it is plain, else in quotes with \" \\ \n \r \t,
// \xNN for bytes that are not UTF-8 and \uNNNN for what a terminal or reader
// would obey: controls, line separators, bidirectional marks.
void AppendLogText(absl::string_view value, std::string* out);

// A JSON string: the same characters are escaped; a byte that is not UTF-8
// becomes U+FFFD.
void AppendLogJson(absl::string_view value, std::string* out);

// The longest prefix of at most `max_bytes` that does not end inside a UTF-8
// character, and "...(N more bytes)" when that is not all.
std::string TruncateLogValue(absl::string_view value, int64_t max_bytes);

}  // namespace kaito

#endif  // KAITO_BASE_LOG_ESCAPE_H_
