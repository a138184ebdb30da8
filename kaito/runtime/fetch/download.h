#ifndef KAITO_RUNTIME_FETCH_DOWNLOAD_H_
#define KAITO_RUNTIME_FETCH_DOWNLOAD_H_

// Downloader: one file at a time over HTTP, whole or not at all. What it does
// for lists of URLs is fetch.h, for a model of the hub hub.h.
//
//   KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<Downloader> downloader,
//                          Downloader::Create(clock, options));
//   KAITO_ASSIGN_OR_RETURN(
//       const FetchedFile file,
//       downloader->Download({.url = url, .path = "/mnt/data/rows"}, stop));
//
// Errors: those of fetch.h.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/retry_policy.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/url/url.h"

namespace kaito::runtime {

struct DownloadOptions {
  int64_t max_bytes = int64_t{64} << 30;  // Of each file.
  // Sent as bearer to a URL's own host, over HTTPS or to loopback, and not to
  // where it redirects.
  Secret token;
  bool allow_private_addresses = false;
  std::string ca_file;  // PEM; "" trusts the system's authorities.
  http::RetryPolicy retries;
};

struct FetchedFile {
  std::string path;
  std::string digest;  // "sha256:..."
  int64_t bytes = 0;
};

struct DownloadTarget {
  Url url;
  std::string path;                // Its directory is there.
  std::string digest;              // "sha256:..." that it must have; "": any.
  std::optional<int64_t> bytes;    // The size that it must have.
  std::optional<int64_t> at_most;  // In place of the options' max_bytes.
};

class Downloader {
 public:
  // `clock` outlives it.
  static absl::StatusOr<std::unique_ptr<Downloader>> Create(
      Clock& clock, const DownloadOptions& options);

  // Goes on where a broken connection, or a run before, stopped. A file that is
  // there is replaced.
  absl::StatusOr<FetchedFile> Download(const DownloadTarget& target,
                                       const StopToken& stop);

  // The body of a small answer.
  absl::StatusOr<std::string> Read(const Url& url, int64_t max_bytes,
                                   const StopToken& stop);

 private:
  class PartFile;

  Downloader(Clock& clock, const DownloadOptions& options,
             std::unique_ptr<http::Client> client)
      : clock_(clock), options_(options), client_(std::move(client)) {}

  http::Request RequestFor(const Url& url) const;
  absl::Status TryOnce(const DownloadTarget& target, PartFile* part,
                       http::TryOutcome* outcome, const StopToken& stop);
  absl::Status Take(http::ResponseStream& stream, const DownloadTarget& target,
                    PartFile* part) const;
  // The wait before the next try, or the error that ends them.
  absl::Status WaitOrFail(const http::TryOutcome& outcome, const Url& url,
                          const StopToken& stop);

  Clock& clock_;
  const DownloadOptions options_;
  const std::unique_ptr<http::Client> client_;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_FETCH_DOWNLOAD_H_
