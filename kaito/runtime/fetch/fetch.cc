#include "kaito/runtime/fetch/fetch.h"

#include <memory>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/url/url.h"
#include "kaito/runtime/fetch/download.h"
#include "kaito/runtime/fetch/url_file_name.h"

namespace kaito::runtime {

absl::StatusOr<std::vector<FetchedFile>> FetchFiles(
    Clock& clock, std::span<const std::string> urls, absl::string_view output,
    const FetchOptions& options, const StopToken& stop) {
  if (!options.digest.empty() && urls.size() != 1) {
    return absl::InvalidArgumentError(
        "a digest is of one file; give one URL with it");
  }
  std::vector<DownloadTarget> targets;
  std::set<std::string> names;
  for (const std::string& text : urls) {
    KAITO_ASSIGN_OR_RETURN(Url url, Url::Parse(text));
    KAITO_ASSIGN_OR_RETURN(const std::string name, FileNameOfUrl(url));
    if (!names.insert(name).second) {
      return absl::InvalidArgumentError(absl::StrCat(
          url.Redacted(), ": another URL gives the name ", name, " too"));
    }
    targets.push_back({.url = std::move(url),
                       .path = JoinPath(output, name),
                       .digest = options.digest});
  }
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<Downloader> downloader,
                         Downloader::Create(clock, options.download));
  KAITO_RETURN_IF_ERROR(MakeDirs(output));
  std::vector<FetchedFile> files;
  for (const DownloadTarget& target : targets) {
    KAITO_ASSIGN_OR_RETURN(FetchedFile file,
                           downloader->Download(target, stop));
    files.push_back(std::move(file));
  }
  return files;
}

}  // namespace kaito::runtime
