#include "kaito/runtime/oci/byte_stream.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/status/status.h"

namespace kaito::runtime {
namespace {

constexpr size_t kPieceBytes = 1 << 20;

}  // namespace

absl::StatusOr<ByteSource> ReadFilePieces(absl::string_view path) {
  std::string name(path);
  // Shared, since a std::function must be copyable.
  auto file = std::make_shared<UniqueFd>(
      open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file->valid()) return ErrnoToStatus(errno, name);
  return ByteSource([file, name]() -> absl::StatusOr<std::string> {
    std::string piece(kPieceBytes, '\0');
    while (true) {
      const ssize_t n = read(file->get(), piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return ErrnoToStatus(errno, name);
      piece.resize(static_cast<size_t>(n));
      return piece;
    }
  });
}

}  // namespace kaito::runtime
