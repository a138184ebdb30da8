#include "kaito/standalone/node/path_map.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/path.h"

namespace kaito::standalone {
namespace {

// What may follow a path in an argument: more of it, or the end of an item as
// in NAME=DIR@STRENGTH and lists.
bool EndsPath(absl::string_view rest) {
  return rest.empty() ||
         absl::string_view("/@,:;").find(rest[0]) != absl::string_view::npos;
}

}  // namespace

void PathMap::Add(absl::string_view mount_path, absl::string_view host_path) {
  mounts_.emplace_back(CleanPath(mount_path), std::string(host_path));
  std::stable_sort(mounts_.begin(), mounts_.end(),
                   [](const auto& a, const auto& b) {
                     return a.first.size() > b.first.size();
                   });
}

const std::pair<std::string, std::string>* PathMap::MountAt(
    absl::string_view text) const {
  for (const auto& mount : mounts_) {
    if (absl::StartsWith(text, mount.first) &&
        EndsPath(text.substr(mount.first.size()))) {
      return &mount;
    }
  }
  return nullptr;
}

std::optional<std::string> PathMap::HostPath(absl::string_view path) const {
  const std::string clean = CleanPath(path);
  for (const auto& [mount_path, host_path] : mounts_) {
    if (!IsUnder(mount_path, clean)) continue;
    return absl::StrCat(host_path,
                        absl::string_view(clean).substr(mount_path.size()));
  }
  return std::nullopt;
}

std::string PathMap::Rewrite(absl::string_view text) const {
  std::string out;
  bool may_start = true;
  while (!text.empty()) {
    if (may_start) {
      if (const auto* mount = MountAt(text)) {
        out += mount->second;
        text.remove_prefix(mount->first.size());
        may_start = false;
        continue;
      }
    }
    may_start = text[0] == '=';
    out += text[0];
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace kaito::standalone
