#ifndef KAITO_RUNTIME_FETCH_FETCH_H_
#define KAITO_RUNTIME_FETCH_FETCH_H_

// Downloads files over HTTP: data sets and weights. Follows redirects, goes on
// where a broken connection, or a run before, stopped, and gives a file its name
// only when it is whole.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const std::vector<FetchedFile> files,
//       FetchFiles(clock, {"https://h/train.parquet"}, "/mnt/data", {}, stop));
//
// Errors: 401, 403 and 404 are marked as a refusal (refusal.h); a wrong digest
// is DataLoss; too large, empty, or a URL that gives no name InvalidArgument;
// what may heal Unavailable or DeadlineExceeded, after some tries. Messages show
// URLs without user, query and fragment.

#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/fetch/download.h"

namespace kaito::runtime {

struct FetchOptions {
  DownloadOptions download;
  // "sha256:..." that a single file must have; "" takes any.
  std::string digest;
};

// Into `output`, which is made where it is missing, under the names that
// url_file_name.h gives; two URLs of one name are InvalidArgument. A file that
// is there is replaced.
absl::StatusOr<std::vector<FetchedFile>> FetchFiles(
    Clock& clock, std::span<const std::string> urls, absl::string_view output,
    const FetchOptions& options, const StopToken& stop);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_FETCH_FETCH_H_
