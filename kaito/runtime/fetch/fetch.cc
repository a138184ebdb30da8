#include "kaito/runtime/fetch/fetch.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

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
#include "kaito/runtime/fetch/url_file_name.h"

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

// A file that has a part of the download, and which version of it.
class PartFile {
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

class Fetcher {
 public:
  Fetcher(Clock& clock, http::Client& client, const FetchOptions& options,
          const StopToken& stop)
      : clock_(clock), client_(client), options_(options), stop_(stop) {}

  absl::StatusOr<FetchedFile> Fetch(const Url& url, const std::string& path) {
    PartFile part(path);
    KAITO_RETURN_IF_ERROR(part.Open());
    for (int tries = 1;; ++tries) {
      http::TryOutcome outcome = {.tries = tries};
      outcome.status = Try(url, &part, &outcome);
      if (outcome.status.ok() && http::IsSuccess(outcome.code)) break;
      outcome.now = clock_.Now();
      const std::optional<absl::Duration> wait =
          http::WaitBeforeRetry(options_.retries, outcome);
      if (!wait.has_value()) return ErrorOf(outcome, url, &part);
      KAITO_RETURN_IF_ERROR(WaitFor(clock_, *wait, stop_));
    }
    FetchedFile file = {
        .path = path, .digest = part.Digest(), .bytes = part.size()};
    if (file.bytes == 0) {
      KAITO_RETURN_IF_ERROR(part.Discard());
      return absl::InvalidArgumentError(
          absl::StrCat(url.Redacted(), ": the file is empty"));
    }
    if (!options_.digest.empty() && file.digest != options_.digest) {
      KAITO_RETURN_IF_ERROR(part.Discard());
      return absl::DataLossError(absl::StrCat(url.Redacted(),
                                              ": has the digest ", file.digest,
                                              ", wanted is ", options_.digest));
    }
    KAITO_RETURN_IF_ERROR(part.Commit());
    return file;
  }

 private:
  absl::Status ErrorOf(const http::TryOutcome& outcome, const Url& url,
                       PartFile* part) {
    if (!outcome.status.ok()) {
      // What can't be gone on with only takes room.
      if (!IsTransient(outcome.status)) part->Discard().IgnoreError();
      return outcome.status;
    }
    part->Discard().IgnoreError();
    const absl::Status status =
        http::ResponseStatus(outcome.code, "", url.Redacted());
    const bool refused =
        outcome.code == 401 || outcome.code == 403 || outcome.code == 404;
    return refused ? MarkRefused(status) : status;
  }

  // One try. OK with a code other than 2xx is the server's answer.
  absl::Status Try(const Url& url, PartFile* part, http::TryOutcome* outcome) {
    http::Request request = {.url = url.ToString(),
                             .timeout = absl::InfiniteDuration(),
                             .idle_timeout = kIdle};
    if (!options_.token.empty() &&
        (url.scheme() == "https" || IsLoopback(url))) {
      request.headers.Set("Authorization",
                          absl::StrCat("Bearer ", options_.token.Reveal()));
    }
    const bool resume = part->size() > 0 && !part->etag().empty();
    if (resume) {
      request.headers.Set("Range", absl::StrCat("bytes=", part->size(), "-"));
      request.headers.Set("If-Range", part->etag());
    }
    KAITO_ASSIGN_OR_RETURN(
        const std::unique_ptr<http::ResponseStream> stream,
        http::OpenFollowing(client_, std::move(request), {}, stop_));
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
    while (true) {
      KAITO_ASSIGN_OR_RETURN(const std::string piece, stream->Read());
      if (piece.empty()) return absl::OkStatus();
      if (part->size() + static_cast<int64_t>(piece.size()) >
          options_.max_bytes) {
        return absl::InvalidArgumentError(
            absl::StrCat(url.Redacted(), ": has more than the ",
                         options_.max_bytes, " bytes that are allowed"));
      }
      KAITO_RETURN_IF_ERROR(part->Append(piece));
    }
  }

  Clock& clock_;
  http::Client& client_;
  const FetchOptions& options_;
  const StopToken& stop_;
};

}  // namespace

absl::StatusOr<std::vector<FetchedFile>> FetchFiles(
    Clock& clock, std::span<const std::string> urls, absl::string_view output,
    const FetchOptions& options, const StopToken& stop) {
  if (!options.digest.empty() && urls.size() != 1) {
    return absl::InvalidArgumentError(
        "a digest is of one file; give one URL with it");
  }
  std::vector<std::pair<Url, std::string>> wanted;
  std::set<std::string> names;
  for (const std::string& text : urls) {
    KAITO_ASSIGN_OR_RETURN(Url url, Url::Parse(text));
    KAITO_ASSIGN_OR_RETURN(const std::string name, FileNameOfUrl(url));
    if (!names.insert(name).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          url.Redacted(), ": another URL gives the name ", name, " too"));
    }
    wanted.emplace_back(std::move(url), JoinPath(output, name));
  }
  http::ClientOptions client_options;
  if (!options.allow_private_addresses) {
    client_options.address_policy = http::PublicAddressesOnly;
  }
  if (!options.ca_file.empty()) {
    KAITO_ASSIGN_OR_RETURN(client_options.ca_pem,
                           ReadFile(options.ca_file, kMaxSmallFileBytes));
  }
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<http::Client> client,
                         http::Client::Create(clock, client_options));
  KAITO_RETURN_IF_ERROR(MakeDirs(output));
  Fetcher fetcher(clock, *client, options, stop);
  std::vector<FetchedFile> files;
  for (const auto& [url, path] : wanted) {
    KAITO_ASSIGN_OR_RETURN(FetchedFile file, fetcher.Fetch(url, path));
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace kaito::runtime
