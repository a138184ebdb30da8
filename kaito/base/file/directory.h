#ifndef KAITO_BASE_FILE_DIRECTORY_H_
#define KAITO_BASE_FILE_DIRECTORY_H_

// Directories: making, listing and removing them. Paths themselves: path.h.
//
//   KAITO_RETURN_IF_ERROR(MakeDirs(JoinPath(data_dir, "pods"), 0700));
//   KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> names,
//                          ListDir(dir, 10000));

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito {

// Makes the directory and those above it that are missing, with `mode` less the
// umask. OK where it is there already; InvalidArgument where a file is.
absl::Status MakeDirs(absl::string_view path, mode_t mode = 0755);

// The names in it, sorted by their bytes, without "." and "..".
// ResourceExhausted where there are more than `max_entries`.
absl::StatusOr<std::vector<std::string>> ListDir(absl::string_view path,
                                                 int64_t max_entries);

// Removes a file, a link (not what it leads to), or a directory with all that
// is in it. OK where nothing is there. InvalidArgument for "", "/", "." and
// paths that end in "..".
absl::Status RemoveAll(absl::string_view path);

}  // namespace kaito

#endif  // KAITO_BASE_FILE_DIRECTORY_H_
