#ifndef KAITO_BASE_HTTP_TARGET_H_
#define KAITO_BASE_HTTP_TARGET_H_

// What a request's first line asks for, taken apart and decoded. For the server
// and its router.
//
//   ParseTarget("/api/v1/pods/a%2Fb?limit=5")
//     .segments = {"api", "v1", "pods", "a/b"}, .query = {{"limit", "5"}}

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/url/percent_encoding.h"

namespace kaito::http {

struct Target {
  std::string path;  // Decoded; "/a/b" and "/a%2Fb" look the same here,
  // but not here: cut at '/' before decoding. "/" has one empty segment, "/a/"
  // has a second, empty one.
  std::vector<std::string> segments;
  QueryParameters query;
};

// Takes "/path?query" and, as proxies send it, "http://host/path?query".
// InvalidArgument for other forms, wrong escapes, a zero byte, and "." and ".."
// segments (encoded or not): nobody but an attacker sends those.
absl::StatusOr<Target> ParseTarget(absl::string_view text);

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_TARGET_H_
