#ifndef KAITO_BASE_HTTP_HEADERS_H_
#define KAITO_BASE_HTTP_HEADERS_H_

// The header fields of a request or a response: an ordered list whose names
// compare without regard to case. Client and server share it.
//
//   Headers headers = {{"Accept", "application/json"}};
//   headers.Set("Authorization", absl::StrCat("Bearer ", token));
//   if (headers.Get("content-type") == "text/event-stream") ...

#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kaito::http {

class Headers {
 public:
  using Field = std::pair<std::string, std::string>;

  Headers() = default;
  Headers(std::initializer_list<Field> fields) : fields_(fields) {}

  // Keeps fields of the same name.
  void Add(absl::string_view name, absl::string_view value);
  // Replaces them.
  void Set(absl::string_view name, absl::string_view value);
  void Remove(absl::string_view name);

  // The first value; nothing where there is none. Valid until the next change.
  std::optional<absl::string_view> Get(absl::string_view name) const;
  bool Has(absl::string_view name) const { return Get(name).has_value(); }

  // Whether a comma-separated list in any field of this name holds `token`,
  // without regard to case: Has Connection a "close"?
  bool HasToken(absl::string_view name, absl::string_view token) const;

  // InvalidArgument where a name is not a token of RFC 9110 or a value holds a
  // control character: it could smuggle a field or a whole request. Names the
  // field, never its value.
  absl::Status Check() const;

  std::vector<Field>::const_iterator begin() const { return fields_.begin(); }
  std::vector<Field>::const_iterator end() const { return fields_.end(); }
  bool empty() const { return fields_.empty(); }

 private:
  std::vector<Field> fields_;
};

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_HEADERS_H_
