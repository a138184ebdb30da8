#include "kaito/runtime/oci/compression.h"

#include <zlib.h>
#include <zstd.h>

#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/oci/byte_stream.h"

namespace kaito::runtime {
namespace {

constexpr size_t kPieceBytes = 256 << 10;
// Adapters are noise to a compressor: more effort only costs time.
constexpr int kGzipLevel = 1;
// zlib's flag for gzip's header and trailer, with the largest window.
constexpr int kGzipWindow = 16 + MAX_WBITS;
constexpr int kMemoryLevel = 8;  // zlib's default.
// The Zstandard command's own limit without --long: 128 MiB.
constexpr int kMaxZstdWindowLog = 27;

absl::Status Broken(absl::string_view format, absl::string_view why) {
  return absl::InvalidArgumentError(
      absl::StrCat("compressed data are broken (", format, "): ", why));
}

// Takes pieces off a source until it ends.
class Input {
 public:
  explicit Input(ByteSource source) : source_(std::move(source)) {}

  // Whether there are more bytes; gets the next piece where all were taken.
  absl::StatusOr<bool> Fill() {
    if (at_ < piece_.size()) return true;
    if (ended_) return false;
    KAITO_ASSIGN_OR_RETURN(piece_, source_());
    at_ = 0;
    ended_ = piece_.empty();
    return !ended_;
  }

  absl::string_view rest() const {
    return absl::string_view(piece_).substr(at_);
  }
  void Take(size_t n) { at_ += n; }
  void PutBack(absl::string_view begin) {
    piece_ = absl::StrCat(begin, rest());
    at_ = 0;
  }

 private:
  ByteSource source_;
  std::string piece_;
  size_t at_ = 0;
  bool ended_ = false;
};

class Gunzip {
 public:
  explicit Gunzip(Input input) : input_(std::move(input)) {
    ok_ = inflateInit2(&stream_, kGzipWindow) == Z_OK;
  }
  ~Gunzip() {
    if (ok_) inflateEnd(&stream_);
  }
  Gunzip(const Gunzip&) = delete;
  Gunzip& operator=(const Gunzip&) = delete;

  absl::StatusOr<std::string> Next() {
    if (!ok_) return absl::ResourceExhaustedError("zlib: no memory");
    std::string out(kPieceBytes, '\0');
    while (true) {
      KAITO_ASSIGN_OR_RETURN(const bool more, input_.Fill());
      if (!more) {
        if (inside_) return Broken("gzip", "they end early");
        return std::string();
      }
      inside_ = true;
      const absl::string_view rest = input_.rest();
      stream_.next_in =
          reinterpret_cast<Bytef*>(const_cast<char*>(rest.data()));
      stream_.avail_in = static_cast<uInt>(rest.size());
      stream_.next_out = reinterpret_cast<Bytef*>(out.data());
      stream_.avail_out = static_cast<uInt>(out.size());
      const int code = inflate(&stream_, Z_NO_FLUSH);
      input_.Take(rest.size() - stream_.avail_in);
      if (code == Z_STREAM_END) {
        inside_ = false;
        inflateReset(&stream_);  // For the next member.
      } else if (code != Z_OK && code != Z_BUF_ERROR) {
        return Broken("gzip",
                      stream_.msg != nullptr ? stream_.msg : "no reason given");
      }
      out.resize(out.size() - stream_.avail_out);
      if (!out.empty()) return out;
      out.resize(kPieceBytes);
    }
  }

 private:
  Input input_;
  z_stream stream_ = {};
  bool ok_ = false;
  bool inside_ = false;  // Of a member.
};

struct FreeZstd {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class Unzstd {
 public:
  explicit Unzstd(Input input)
      : input_(std::move(input)), context_(ZSTD_createDCtx()) {
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax,
                           kMaxZstdWindowLog);
  }

  absl::StatusOr<std::string> Next() {
    std::string out(kPieceBytes, '\0');
    while (true) {
      KAITO_ASSIGN_OR_RETURN(const bool more, input_.Fill());
      const absl::string_view rest = input_.rest();
      if (!more && wanted_ == 0) return std::string();
      ZSTD_inBuffer from = {rest.data(), rest.size(), 0};
      ZSTD_outBuffer to = {out.data(), out.size(), 0};
      wanted_ = ZSTD_decompressStream(context_.get(), &to, &from);
      input_.Take(from.pos);
      if (ZSTD_isError(wanted_)) {
        return Broken("zstd", ZSTD_getErrorName(wanted_));
      }
      if (to.pos > 0) {
        out.resize(to.pos);
        return out;
      }
      if (!more && wanted_ != 0) return Broken("zstd", "they end early");
    }
  }

 private:
  Input input_;
  std::unique_ptr<ZSTD_DCtx, FreeZstd> context_;
  size_t wanted_ = 0;  // 0: between two frames.
};

// Looks at the first bytes, and chooses.
class Decompressor {
 public:
  explicit Decompressor(ByteSource source) : input_(std::move(source)) {}

  absl::StatusOr<std::string> Next() {
    if (next_ == nullptr) KAITO_RETURN_IF_ERROR(Choose());
    return next_();
  }

 private:
  absl::Status Choose() {
    std::string begin;
    while (begin.size() < 4) {
      KAITO_ASSIGN_OR_RETURN(const bool more, input_.Fill());
      if (!more) break;
      begin.push_back(input_.rest()[0]);
      input_.Take(1);
    }
    input_.PutBack(begin);
    if (absl::StartsWith(begin, "\x1F\x8B")) {
      const auto gunzip = std::make_shared<Gunzip>(std::move(input_));
      next_ = [gunzip] { return gunzip->Next(); };
    } else if (absl::StartsWith(begin, "\x28\xB5\x2F\xFD")) {
      const auto unzstd = std::make_shared<Unzstd>(std::move(input_));
      next_ = [unzstd] { return unzstd->Next(); };
    } else {
      const auto input = std::make_shared<Input>(std::move(input_));
      next_ = [input]() -> absl::StatusOr<std::string> {
        KAITO_ASSIGN_OR_RETURN(const bool more, input->Fill());
        if (!more) return std::string();
        std::string piece(input->rest());
        input->Take(piece.size());
        return piece;
      };
    }
    return absl::OkStatus();
  }

  Input input_;
  ByteSource next_;
};

}  // namespace

struct GzipWriter::State {
  ByteSink sink;
  z_stream stream = {};
  bool ok = false;
  std::string out = std::string(kPieceBytes, '\0');

  absl::Status Deflate(absl::string_view data, int flush) {
    if (!ok) return absl::ResourceExhaustedError("zlib: no memory");
    while (true) {
      // zlib counts in 32 bits.
      const absl::string_view piece = data.substr(0, 1 << 30);
      data.remove_prefix(piece.size());
      const int mode = data.empty() ? flush : Z_NO_FLUSH;
      stream.next_in =
          reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));
      stream.avail_in = static_cast<uInt>(piece.size());
      do {
        stream.next_out = reinterpret_cast<Bytef*>(out.data());
        stream.avail_out = static_cast<uInt>(out.size());
        deflate(&stream, mode);
        const size_t size = out.size() - stream.avail_out;
        if (size > 0) {
          KAITO_RETURN_IF_ERROR(sink(absl::string_view(out).substr(0, size)));
        }
      } while (stream.avail_out == 0);
      if (data.empty()) return absl::OkStatus();
    }
  }
};

GzipWriter::GzipWriter(ByteSink sink) : state_(std::make_unique<State>()) {
  state_->sink = std::move(sink);
  state_->ok =
      deflateInit2(&state_->stream, kGzipLevel, Z_DEFLATED, kGzipWindow,
                   kMemoryLevel, Z_DEFAULT_STRATEGY) == Z_OK;
}

GzipWriter::~GzipWriter() {
  if (state_->ok) deflateEnd(&state_->stream);
}

absl::Status GzipWriter::Write(absl::string_view data) {
  return state_->Deflate(data, Z_NO_FLUSH);
}

absl::Status GzipWriter::Finish() { return state_->Deflate("", Z_FINISH); }

ByteSource Decompressed(ByteSource source) {
  // Shared, since a std::function must be copyable.
  const auto state = std::make_shared<Decompressor>(std::move(source));
  return [state] { return state->Next(); };
}

}  // namespace kaito::runtime
