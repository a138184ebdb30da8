#include "kaito/base/file/path.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace kaito {
namespace {

bool IsAbsolute(absl::string_view path) { return absl::StartsWith(path, "/"); }

// The components that are left after "." and "..": those ".." that lead out of
// a relative path stay in front.
std::vector<absl::string_view> Components(absl::string_view path) {
  std::vector<absl::string_view> kept;
  for (const absl::string_view part :
       absl::StrSplit(path, '/', absl::SkipEmpty())) {
    if (part == ".") continue;
    if (part != "..") {
      kept.push_back(part);
    } else if (!kept.empty() && kept.back() != "..") {
      kept.pop_back();
    } else if (!IsAbsolute(path)) {
      kept.push_back(part);
    }
  }
  return kept;
}

}  // namespace

std::string JoinPath(absl::string_view a, absl::string_view b) {
  if (a.empty() || IsAbsolute(b)) return std::string(b);
  if (b.empty()) return std::string(a);
  return absl::StrCat(a, absl::EndsWith(a, "/") ? "" : "/", b);
}

std::string CleanPath(absl::string_view path) {
  const std::string joined = absl::StrJoin(Components(path), "/");
  if (IsAbsolute(path)) return absl::StrCat("/", joined);
  return joined.empty() ? "." : joined;
}

bool IsUnder(absl::string_view root, absl::string_view path) {
  if (IsAbsolute(root) != IsAbsolute(path)) return false;
  const std::vector<absl::string_view> roots = Components(root);
  const std::vector<absl::string_view> parts = Components(path);
  if (parts.size() < roots.size()) return false;
  for (size_t i = 0; i < roots.size(); ++i) {
    if (parts[i] != roots[i]) return false;
  }
  // "../x" is not below "." although the latter has no components.
  return parts.size() == roots.size() || parts[roots.size()] != "..";
}

absl::StatusOr<std::string> JoinUnder(absl::string_view root,
                                      absl::string_view relative) {
  const auto refuse = [&](absl::string_view why) {
    return absl::InvalidArgumentError(
        absl::StrCat("path \"", relative, "\" under ", root, ": ", why));
  };
  if (relative.find('\0') != absl::string_view::npos) {
    // Not shown: the message is text.
    return absl::InvalidArgumentError(
        absl::StrCat("path under ", root, ": holds a zero byte"));
  }
  if (relative.empty()) return refuse("is empty");
  if (IsAbsolute(relative)) return refuse("is absolute; give a relative one");
  const std::vector<absl::string_view> parts = Components(relative);
  if (!parts.empty() && parts[0] == "..") return refuse("leads out of it");
  return CleanPath(JoinPath(root.empty() ? "." : root, relative));
}

std::string Basename(absl::string_view path) {
  while (path.size() > 1 && absl::ConsumeSuffix(&path, "/")) {
  }
  const size_t slash = path.rfind('/');
  if (path == "/" || slash == absl::string_view::npos) return std::string(path);
  return std::string(path.substr(slash + 1));
}

std::string Dirname(absl::string_view path) {
  while (path.size() > 1 && absl::ConsumeSuffix(&path, "/")) {
  }
  const size_t slash = path.rfind('/');
  if (slash == absl::string_view::npos) return ".";
  path = path.substr(0, slash);
  while (absl::ConsumeSuffix(&path, "/")) {
  }
  return path.empty() ? "/" : std::string(path);
}

}  // namespace kaito
