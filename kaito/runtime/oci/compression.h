#ifndef KAITO_RUNTIME_OCI_COMPRESSION_H_
#define KAITO_RUNTIME_OCI_COMPRESSION_H_

// gzip out, gzip and Zstandard in: what layers of images are compressed with.
//
//   GzipWriter gzip(sink);
//   KAITO_RETURN_IF_ERROR(gzip.Write(tar));
//   KAITO_RETURN_IF_ERROR(gzip.Finish());
//
//   ByteSource tar = Decompressed(std::move(blob));
//
// Pieces stay below a few hundred KiB whatever the data say, so a bomb is the
// reader's to bound, by counting.

#include <memory>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/oci/byte_stream.h"

namespace kaito::runtime {

class GzipWriter {
 public:
  explicit GzipWriter(ByteSink sink);
  ~GzipWriter();
  GzipWriter(const GzipWriter&) = delete;
  GzipWriter& operator=(const GzipWriter&) = delete;

  // The same bytes in, in whatever pieces, give the same bytes out: the header
  // holds neither time nor name.
  absl::Status Write(absl::string_view data);
  absl::Status Finish();

 private:
  struct State;
  const std::unique_ptr<State> state_;
};

// By what it begins with: gzip, also of several members, Zstandard, or neither,
// which passes through. Data that are broken or end early are InvalidArgument.
ByteSource Decompressed(ByteSource source);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_OCI_COMPRESSION_H_
