#include "kaito/runtime/fetch/url_file_name.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/url/url.h"

namespace kaito::runtime {
namespace {

// File systems take 255; a partial file adds a suffix.
constexpr size_t kMaxNameBytes = 200;

}  // namespace

absl::StatusOr<std::string> FileNameOfUrl(const Url& url) {
  std::string name = url.path().substr(url.path().rfind('/') + 1);
  if (url.query().has_value() && !name.empty()) {
    absl::StrAppend(&name, "?", *url.query());
  }
  for (char& c : name) {
    if (c == '?' || c == '=' || c == '&' || c == '/') c = '_';
  }
  if (name.empty() || absl::StartsWith(name, ".")) {
    return absl::InvalidArgumentError(absl::StrCat(
        url.Redacted(), ": its path does not end in a file's name"));
  }
  return name.substr(0, kMaxNameBytes);
}

}  // namespace kaito::runtime
