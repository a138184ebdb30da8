#include "kaito/runtime/fetch/download.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/file_system.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/http/address_policy.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/redirect.h"
#include "kaito/base/http/response_status.h"
#include "kaito/base/http/retry_policy.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/url/address.h"
#include "kaito/base/url/url.h"
#include "kaito/runtime/fetch/refusal.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kMaxSmallFileBytes = 1 << 20;  // Certificates, ETags.
constexpr size_t kReadBytes = 1 << 20;
// A server that sends nothing for so long has gone.
constexpr absl::Duration kIdle = absl::Seconds(60);
constexpr absl::string_view kPartSuffix = ".kaito-part";
constexpr absl::string_view kTagSuffix = ".kaito-etag";

bool IsLoopback(const Url& url) {
  return url.host() == "localhost" ||
         ClassifyAddress(url.host()) == AddressClass::kLoopback;
}

absl::Status ErrorOf(const http::TryOutcome& outcome, const Url& url) {
  if (!outcome.status.ok()) return outcome.status;
  const absl::Status status =
      http::ResponseStatus(outcome.code, "", url.Redacted());
  const bool refused =
      outcome.code == 401 || outcome.code == 403 || outcome.code == 404;
  return refused ? MarkRefused(status) : status;
}

}  // namespace

// A file that has a part of the download, and which version of it.
class Downloader::PartFile {
 public:
  explicit PartFile(std::string path)
      : path_(std::move(path)),
        part_(absl::StrCat(path_, kPartSuffix)),
        tag_(absl::StrCat(path_, kTagSuffix)) {}

  // Takes up what an earlier run left, where its version is known.
  absl::Status Open() {
    const absl::StatusOr<std::string> etag = ReadFile(tag_, kMaxSmallFileBytes);
    fd_ = UniqueFd(
        open(part_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
    if (!fd_.valid()) return ErrnoToStatus(errno, part_);
    if (!etag.ok()) return Restart("");
    etag_ = *etag;
    std::string piece(kReadBytes, '\0');
    while (true) {
      const ssize_t n = read(fd_.get(), piece.data(), piece.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return ErrnoToStatus(errno, part_);
      if (n == 0) return absl::OkStatus();
      Count(absl::string_view(piece).substr(0, static_cast<size_t>(n)));
    }
  }

  // From nothing, of a version; "" where the server names none.
  absl::Status Restart(absl::string_view etag) {
    if (ftruncate(fd_.get(), 0) != 0 || lseek(fd_.get(), 0, SEEK_SET) != 0) {
      return ErrnoToStatus(errno, part_);
    }
    sha_ = Sha256();
    size_ = 0;
    etag_ = std::string(etag);
    if (etag_.empty()) return RemoveAll(tag_);
    return WriteFileAtomic(tag_, etag_, {.sync = false});
  }

  absl::Status Append(absl::string_view bytes) {
    Count(bytes);
    while (!bytes.empty()) {
      const ssize_t n = write(fd_.get(), bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return ErrnoToStatus(errno, part_);
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return absl::OkStatus();
  }

  absl::Status Commit() {
    if (fsync(fd_.get()) != 0) return ErrnoToStatus(errno, part_);
    KAITO_RETURN_IF_ERROR(RealFileSystem().Rename(part_, path_));
    KAITO_RETURN_IF_ERROR(RealFileSystem().SyncDirectory(Dirname(path_)));
    return RemoveAll(tag_);
  }

  absl::Status Discard() {
    KAITO_RETURN_IF_ERROR(RemoveAll(tag_));
    return RemoveAll(part_);
  }

  int64_t size() const { return size_; }
  const std::string& etag() const { return etag_; }
  std::string Digest() const { return absl::StrCat("sha256:", sha_.Hex()); }

 private:
  void Count(absl::string_view bytes) {
    sha_.Update(bytes);
    size_ += static_cast<int64_t>(bytes.size());
  }

  std::string path_;
  std::string part_;
  std::string tag_;
  UniqueFd fd_;
  Sha256 sha_;
  int64_t size_ = 0;
  std::string etag_;  // Strong; "" for a version that can't be gone on with.
};

absl::StatusOr<std::unique_ptr<Downloader>> Downloader::Create(
    Clock& clock, const DownloadOptions& options) {
  http::ClientOptions client_options;
  if (!options.allow_private_addresses) {
    client_options.address_policy = http::PublicAddressesOnly;
  }
  if (!options.ca_file.empty()) {
    KAITO_ASSIGN_OR_RETURN(client_options.ca_pem,
                           ReadFile(options.ca_file, kMaxSmallFileBytes));
  }
  KAITO_ASSIGN_OR_RETURN(std::unique_ptr<http::Client> client,
                         http::Client::Create(clock, client_options));
  return std::unique_ptr<Downloader>(
      new Downloader(clock, options, std::move(client)));
}

absl::StatusOr<FetchedFile> Downloader::Download(const DownloadTarget& target,
                                                 const StopToken& stop) {
  PartFile part(target.path);
  KAITO_RETURN_IF_ERROR(part.Open());
  for (int tries = 1;; ++tries) {
    http::TryOutcome outcome = {.tries = tries};
    outcome.status = TryOnce(target, &part, &outcome, stop);
    if (outcome.status.ok() && http::IsSuccess(outcome.code)) break;
    const absl::Status status = WaitOrFail(outcome, target.url, stop);
    if (status.ok()) continue;
    // What can't be gone on with only takes room.
    if (outcome.status.ok() || !IsTransient(outcome.status)) {
      if (!stop.stopped()) part.Discard().IgnoreError();
    }
    return status;
  }
  FetchedFile file = {
      .path = target.path, .digest = part.Digest(), .bytes = part.size()};
  const std::string name = target.url.Redacted();
  absl::Status wrong;
  if (file.bytes == 0) {
    wrong =
        absl::InvalidArgumentError(absl::StrCat(name, ": the file is empty"));
  } else if (file.bytes != target.bytes.value_or(file.bytes)) {
    wrong = absl::DataLossError(absl::StrCat(
        name, ": has ", file.bytes, " bytes, wanted are ", *target.bytes));
  } else if (!target.digest.empty() && file.digest != target.digest) {
    wrong = absl::DataLossError(absl::StrCat(
        name, ": has the digest ", file.digest, ", wanted is ", target.digest));
  }
  if (!wrong.ok()) {
    KAITO_RETURN_IF_ERROR(part.Discard());
    return wrong;
  }
  KAITO_RETURN_IF_ERROR(part.Commit());
  return file;
}

absl::StatusOr<std::string> Downloader::Read(const Url& url, int64_t max_bytes,
                                             const StopToken& stop) {
  for (int tries = 1;; ++tries) {
    http::TryOutcome outcome = {.tries = tries};
    http::Request request = RequestFor(url);
    request.max_body_bytes = max_bytes;
    absl::StatusOr<http::Response> response =
        http::DoFollowing(*client_, std::move(request), {}, stop);
    outcome.status = response.status();
    if (response.ok()) {
      if (http::IsSuccess(response->code)) return std::move(response->body);
      outcome.code = response->code;
      outcome.retry_after =
          std::string(response->headers.Get("Retry-After").value_or(""));
    }
    KAITO_RETURN_IF_ERROR(WaitOrFail(outcome, url, stop));
  }
}

http::Request Downloader::RequestFor(const Url& url) const {
  http::Request request = {.url = url.ToString(),
                           .timeout = absl::InfiniteDuration(),
                           .idle_timeout = kIdle};
  if (!options_.token.empty() && (url.scheme() == "https" || IsLoopback(url))) {
    request.headers.Set("Authorization",
                        absl::StrCat("Bearer ", options_.token.Reveal()));
  }
  return request;
}

absl::Status Downloader::WaitOrFail(const http::TryOutcome& outcome,
                                    const Url& url, const StopToken& stop) {
  http::TryOutcome timed = outcome;
  timed.now = clock_.Now();
  const std::optional<absl::Duration> wait =
      http::WaitBeforeRetry(options_.retries, timed);
  if (!wait.has_value()) return ErrorOf(outcome, url);
  return WaitFor(clock_, *wait, stop);
}

// One try. OK with a code other than 2xx is the server's answer.
absl::Status Downloader::TryOnce(const DownloadTarget& target, PartFile* part,
                                 http::TryOutcome* outcome,
                                 const StopToken& stop) {
  const Url& url = target.url;
  http::Request request = RequestFor(url);
  const bool resume = part->size() > 0 && !part->etag().empty();
  if (resume) {
    request.headers.Set("Range", absl::StrCat("bytes=", part->size(), "-"));
    request.headers.Set("If-Range", part->etag());
  }
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<http::ResponseStream> stream,
      http::OpenFollowing(*client_, std::move(request), {}, stop));
  outcome->code = stream->code();
  outcome->retry_after =
      std::string(stream->headers().Get("Retry-After").value_or(""));
  if (resume && stream->code() == 416) {
    // All of it was here, or the file is shorter now: from the start.
    KAITO_RETURN_IF_ERROR(part->Restart(""));
    return absl::UnavailableError(
        absl::StrCat(url.Redacted(), ": has no bytes after those here"));
  }
  if (!http::IsSuccess(stream->code())) return absl::OkStatus();
  const bool goes_on =
      resume && stream->code() == 206 &&
      absl::StartsWith(stream->headers().Get("Content-Range").value_or(""),
                       absl::StrCat("bytes ", part->size(), "-"));
  if (!goes_on) {
    if (stream->code() != 200) {
      return absl::UnavailableError(absl::StrCat(
          url.Redacted(), ": answered ", stream->code(), " out of turn"));
    }
    const absl::string_view etag = stream->headers().Get("ETag").value_or("");
    KAITO_RETURN_IF_ERROR(part->Restart(
        absl::StartsWith(etag, "\"") ? etag : absl::string_view()));
  }
  return Take(*stream, target, part);
}

absl::Status Downloader::Take(http::ResponseStream& stream,
                              const DownloadTarget& target,
                              PartFile* part) const {
  const int64_t most = target.at_most.value_or(options_.max_bytes);
  while (true) {
    KAITO_ASSIGN_OR_RETURN(const std::string piece, stream.Read());
    if (piece.empty()) return absl::OkStatus();
    if (part->size() + static_cast<int64_t>(piece.size()) > most) {
      return absl::InvalidArgumentError(
          absl::StrCat(target.url.Redacted(), ": has more than the ", most,
                       " bytes that are allowed"));
    }
    KAITO_RETURN_IF_ERROR(part->Append(piece));
  }
}

}  // namespace kaito::runtime
