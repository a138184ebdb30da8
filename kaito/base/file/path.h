#ifndef KAITO_BASE_FILE_PATH_H_
#define KAITO_BASE_FILE_PATH_H_

// Paths as text: joined, cleaned, and kept under a root. Pure; nothing looks at
// the file system, so symbolic links are not followed or noticed.
//
//   JoinPath("/data", "models/phi")                  // "/data/models/phi"
//   KAITO_ASSIGN_OR_RETURN(path, JoinUnder(root, name_from_archive));

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito {

// `b` where it is absolute or `a` is empty, else both with one slash between.
std::string JoinPath(absl::string_view a, absl::string_view b);

// Without ".", "..", doubled and final slashes, as far as text can tell:
// "a/../b" is "b", "/.." is "/", "../a" stays, and nothing is ".".
std::string CleanPath(absl::string_view path);

// Whether `path` is `root` or below it, after cleaning both, component by
// component: /mntx and /mnt/../etc are not under /mnt.
bool IsUnder(absl::string_view root, absl::string_view path);

// root/relative, cleaned, for names that come from outside (archives, URLs,
// configuration). InvalidArgument where `relative` is empty, absolute, holds a
// zero byte, or leaves `root`.
absl::StatusOr<std::string> JoinUnder(absl::string_view root,
                                      absl::string_view relative);

// The last component, and what is before it: "a/b" -> "b" and "a"; "b" -> "b"
// and "."; "/b" -> "b" and "/". Final slashes don't count.
std::string Basename(absl::string_view path);
std::string Dirname(absl::string_view path);

}  // namespace kaito

#endif  // KAITO_BASE_FILE_PATH_H_
