#ifndef KAITO_RUNTIME_FETCH_HUB_H_
#define KAITO_RUNTIME_FETCH_HUB_H_

// A model's files from the hub: those that this program reads, of one commit.
//
//   KAITO_ASSIGN_OR_RETURN(const HubModel model,
//                          ParseHubModel("hf://org/name@main"));
//   KAITO_ASSIGN_OR_RETURN(
//       const HubSnapshot snapshot,
//       FetchHubModel(clock, model, "/workspace/weights", options, stop));
//
// The endpoint speaks the protocol of Hugging Face's hub: /api/models/… lists
// the files of a revision with their sizes and digests, /…/resolve/… gives one.
// Sizes are always checked, digests where the listing has them: for weights.
// A run that was stopped goes on: whole weights are kept, a part is continued.
//
// Errors: those of fetch.h. A model without weights in safetensors, a listing
// that can't be right, too many or too large files: InvalidArgument.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/fetch/download.h"

namespace kaito::runtime {

// How such a name begins.
inline constexpr absl::string_view kHubScheme = "hf://";

struct HubModel {
  std::string id;  // "org/name", or "name" alone.
  std::string revision = "main";
};

// "hf://org/name" or "hf://org/name@revision", where a revision is a branch, a
// tag or a commit. InvalidArgument. Pure.
absl::StatusOr<HubModel> ParseHubModel(absl::string_view text);

struct HubOptions {
  std::string endpoint;  // "https://host", or with a path; no "/" at the end.
  // The token goes to the endpoint's host only; max_bytes is of each file.
  DownloadOptions download;
  int64_t max_total_bytes = int64_t{2} << 40;
};

struct HubSnapshot {
  std::string commit;
  std::vector<FetchedFile> files;
};

// Into `output`, which is made where it is missing.
absl::StatusOr<HubSnapshot> FetchHubModel(Clock& clock, const HubModel& model,
                                          absl::string_view output,
                                          const HubOptions& options,
                                          const StopToken& stop);

// A file of the hub's listing.
struct HubFile {
  std::string name;
  int64_t bytes = 0;
  std::string digest;  // "sha256:..."; "" where the listing has none.
};

struct HubListing {
  std::string commit;
  std::vector<HubFile> files;  // Those that are read; weights last.
};

// Reads the hub's answer. Pure.
absl::StatusOr<HubListing> ParseHubListing(absl::string_view json);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_FETCH_HUB_H_
