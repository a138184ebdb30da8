#include "kaito/base/http/target.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/url/percent_encoding.h"

namespace kaito::http {
namespace {

// Leaves "/path?query" of the absolute form.
absl::string_view WithoutOrigin(absl::string_view text) {
  for (const char* scheme : {"http://", "https://"}) {
    if (!absl::StartsWithIgnoreCase(text, scheme)) continue;
    text.remove_prefix(absl::string_view(scheme).size());
    const size_t end = text.find_first_of("/?");
    if (end == absl::string_view::npos) return "/";
    return text.substr(end);
  }
  return text;
}

}  // namespace

absl::StatusOr<Target> ParseTarget(absl::string_view text) {
  text = WithoutOrigin(text);
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(text, absl::MaxSplits('?', 1));
  if (!absl::StartsWith(parts.first, "/")) {
    return absl::InvalidArgumentError("target: the path begins without '/'");
  }
  Target target;
  for (absl::string_view raw : absl::StrSplit(parts.first.substr(1), '/')) {
    KAITO_ASSIGN_OR_RETURN(std::string segment, PercentDecode(raw));
    if (segment == "." || segment == ".." ||
        segment.find('\0') != std::string::npos) {
      return absl::InvalidArgumentError(
          "target: the path holds '.', '..' or a zero byte");
    }
    target.path += '/';
    target.path += segment;
    target.segments.push_back(std::move(segment));
  }
  KAITO_ASSIGN_OR_RETURN(target.query, ParseQuery(parts.second));
  return target;
}

}  // namespace kaito::http
