#include "kaito/operator/observe/local_weights.h"

#include <sys/stat.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "kaito/operator/plan/snapshot.h"

namespace kaito::controller {
namespace {

bool IsFile(const std::string& path) {
  struct stat info = {};
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

}  // namespace

LocalWeights FindLocalWeights(const std::vector<std::string>& directories,
                              absl::string_view preset) {
  // Names on the hub have a slash; a name must not leave the directory.
  const std::string folder =
      absl::StrReplaceAll(preset, {{"/", "-"}, {"\\", "-"}});
  LocalWeights weights;
  if (folder.empty() || folder == "." || folder == "..") return weights;
  for (const std::string& directory : directories) {
    const std::string place = absl::StrCat(directory, "/", folder);
    if (IsFile(absl::StrCat(place, "/config.json"))) {
      weights.place = place;
      return weights;
    }
    weights.looked_at.push_back(place);
  }
  return weights;
}

}  // namespace kaito::controller
