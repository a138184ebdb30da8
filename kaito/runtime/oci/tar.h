#ifndef KAITO_RUNTIME_OCI_TAR_H_
#define KAITO_RUNTIME_OCI_TAR_H_

// tar archives, as layers of images hold them. Written in the POSIX format with
// no time, owner or other trace of the machine, so that the same files give the
// same bytes; read in the formats of POSIX (pax), GNU and before.
//
//   TarWriter tar(sink);
//   KAITO_RETURN_IF_ERROR(tar.AddFile("data/a.json", size, pieces));
//   KAITO_RETURN_IF_ERROR(tar.Finish());
//
//   TarReader reader(pieces);
//   while (true) {
//     KAITO_ASSIGN_OR_RETURN(const auto entry, reader.Next());
//     if (!entry.has_value()) break;
//     ...                                    // reader.Read() gives its bytes.
//   }
//
// Archives may come from anyone: names are only text here, and where they may
// lead is the caller's to check (kaito/base/file/path.h).

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/oci/byte_stream.h"

namespace kaito::runtime {

class TarWriter {
 public:
  explicit TarWriter(ByteSink sink) : sink_(std::move(sink)) {}

  // Mode 0755. `name` ends without a slash.
  absl::Status AddDirectory(absl::string_view name);
  // Mode 0644. DataLoss where `content` has not exactly `size` bytes: the file
  // changed meanwhile.
  absl::Status AddFile(absl::string_view name, int64_t size,
                       const ByteSource& content);
  absl::Status Finish();

 private:
  absl::Status AddHeader(absl::string_view name, int64_t size, char type);
  absl::Status Pad(int64_t size);

  ByteSink sink_;
};

struct TarEntry {
  enum class Type { kFile, kDirectory, kLink, kOther };

  std::string name;  // As it stands in the archive.
  Type type = Type::kFile;
  int64_t size = 0;  // Of a file.
};

class TarReader {
 public:
  explicit TarReader(ByteSource source) : source_(std::move(source)) {}

  // The next entry, past what is left of the one before; nullopt at the end.
  // InvalidArgument for what is no tar archive, or a broken one.
  absl::StatusOr<std::optional<TarEntry>> Next();

  // The next piece of the entry's bytes; empty at their end.
  absl::StatusOr<std::string> Read();

 private:
  struct Extended;  // What a pax or GNU record says about the next entry.

  // Exactly `n` bytes; fewer, where the archive ends here.
  absl::StatusOr<std::string> Take(int64_t n);
  absl::Status Skip(int64_t n);
  absl::StatusOr<std::string> TakeRecord(int64_t size);

  ByteSource source_;
  std::string piece_;
  size_t at_ = 0;
  int64_t left_ = 0;     // Of the entry's bytes.
  int64_t padding_ = 0;  // Behind them.
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_OCI_TAR_H_
