#ifndef KAITO_BASE_FILE_READ_FILE_H_
#define KAITO_BASE_FILE_READ_FILE_H_

// Reads a whole file into memory, up to a limit that the caller gives. For
// configurations, keys and small state; large files are mapped (memory_map.h).
//
//   KAITO_ASSIGN_OR_RETURN(std::string text, ReadFile(path, 1 << 20));

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito {

// Regular files only (those of /proc too): others may block for ever.
// InvalidArgument for another kind of file and for more than `max_bytes`;
// NotFound, PermissionDenied and so on as the system says.
absl::StatusOr<std::string> ReadFile(absl::string_view path, int64_t max_bytes);

}  // namespace kaito

#endif  // KAITO_BASE_FILE_READ_FILE_H_
