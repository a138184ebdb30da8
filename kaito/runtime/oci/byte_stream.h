#ifndef KAITO_RUNTIME_OCI_BYTE_STREAM_H_
#define KAITO_RUNTIME_OCI_BYTE_STREAM_H_

// Bytes that come or go piece by piece: how blobs pass through compression,
// archives, files and the network without being in memory as a whole.

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime {

// The next piece; an empty one is the end.
using ByteSource = std::function<absl::StatusOr<std::string>()>;

using ByteSink = std::function<absl::Status(absl::string_view piece)>;

// The bytes of a file, in pieces of up to 1 MiB.
absl::StatusOr<ByteSource> ReadFilePieces(absl::string_view path);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_OCI_BYTE_STREAM_H_
