#ifndef KAITO_STANDALONE_NODE_PATH_MAP_H_
#define KAITO_STANDALONE_NODE_PATH_MAP_H_

// PathMap: where a container's mount paths really are. Processes here see the
// machine's own file system, so that /mnt/data must become the volume's
// directory wherever an argument or a variable names it. Pure.
//
//   PathMap map;
//   map.Add("/mnt/data", "/var/kaito/pods/1/volumes/data");
//   map.Rewrite("--data=/mnt/data/a.jsonl")
//       == "--data=/var/kaito/pods/1/volumes/data/a.jsonl"
//
// A path is seen at the start of the text and after '=' (also name=path);
// what files say inside is not changed.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::standalone {

class PathMap {
 public:
  // `mount_path` is absolute. A longer one wins over one that it is under.
  void Add(absl::string_view mount_path, absl::string_view host_path);

  // Where an absolute path of the container is; nullopt under no mount.
  std::optional<std::string> HostPath(absl::string_view path) const;

  // The text with its paths replaced; under no mount they stay.
  std::string Rewrite(absl::string_view text) const;

 private:
  // The mount that `text` starts with, as a whole path, or nullptr.
  const std::pair<std::string, std::string>* MountAt(
      absl::string_view text) const;

  std::vector<std::pair<std::string, std::string>> mounts_;  // Longest first.
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_PATH_MAP_H_
