#ifndef KAITO_BASE_URL_PERCENT_ENCODING_H_
#define KAITO_BASE_URL_PERCENT_ENCODING_H_

// Percent encoding (RFC 3986, 2.1), and the query strings that are made of it.
//
//   "/v2/" + PercentEncode(name, "/") + "?tag=" + PercentEncode(tag)
//   KAITO_ASSIGN_OR_RETURN(const QueryParameters query,
//   ParseQuery("a=1&b=x+y")); if (const std::string* a = FindParameter(query,
//   "a")) ...
//
// Pure functions over bytes; whether those are UTF-8 is the caller's to check.

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito {

// Encodes every byte but letters, digits, "-", ".", "_", "~" and those in
// `keep`: safe as a segment of a path and as a name or value of a query.
std::string PercentEncode(absl::string_view text, absl::string_view keep = "");

// InvalidArgument where "%" isn't followed by two hexadecimal digits. "+"
// stays.
absl::StatusOr<std::string> PercentDecode(absl::string_view text);

// Names and values, decoded, in the order of the text. A name may repeat.
using QueryParameters = std::vector<std::pair<std::string, std::string>>;

// Reads what follows "?" the way HTML forms write it: "&" between, "+" is a
// space, a name without "=" has the value "". InvalidArgument on a wrong escape
// and on more than 1000 parameters.
absl::StatusOr<QueryParameters> ParseQuery(absl::string_view query);

// The first value of that name, or nullptr.
const std::string* FindParameter(const QueryParameters& query,
                                 absl::string_view name);

}  // namespace kaito

#endif  // KAITO_BASE_URL_PERCENT_ENCODING_H_
