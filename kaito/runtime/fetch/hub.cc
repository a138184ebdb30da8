#include "kaito/runtime/fetch/hub.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/memory_map.h"
#include "kaito/base/file/path.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/url/percent_encoding.h"
#include "kaito/base/url/url.h"
#include "kaito/runtime/fetch/download.h"
#include "kaito/runtime/fetch/refusal.h"

namespace kaito::runtime {
namespace {

constexpr size_t kMaxPartBytes = 100;      // Of a name; the hub takes 96.
constexpr size_t kMaxRevisionBytes = 250;  // A branch of git.
constexpr int64_t kMaxListingBytes = 32 << 20;
// Published models have some hundred shards.
constexpr size_t kMaxFiles = 10000;
// Tokenizers are the largest of the files that are no weights: 20 MB.
constexpr int64_t kMaxSmallBytes = int64_t{256} << 20;
constexpr absl::string_view kSingleFile = "model.safetensors";

bool IsWord(absl::string_view text, absl::string_view more) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
           absl::StrContains(more, c);
  });
}

// A plain name, safe as a file's and as a segment of a path.
bool IsName(absl::string_view text) {
  return !text.empty() && text.size() <= kMaxPartBytes && text[0] != '.' &&
         IsWord(text, "-._");
}

bool IsWeights(absl::string_view name) {
  return absl::EndsWith(name, ".safetensors");
}

// Of a model's files, those that tuning and serving read. Other formats of the
// same weights, and copies of them under other names, would only cost room.
bool IsWanted(absl::string_view name) {
  if (!IsName(name)) return false;  // Folders hold other formats.
  if (IsWeights(name)) return absl::StartsWith(name, "model");
  return absl::EndsWith(name, ".json") || absl::EndsWith(name, ".jinja");
}

bool IsHex(absl::string_view text, size_t size) {
  return text.size() == size &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return absl::ascii_isxdigit(static_cast<unsigned char>(c));
         });
}

absl::StatusOr<HubFile> ParseFile(absl::string_view name,
                                  const json::Value& sibling) {
  const json::Value* size = sibling.Find("size");
  if (size == nullptr || !size->integer() || *size->integer() < 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("the hub's list has no size of ", name));
  }
  HubFile file = {.name = std::string(name), .bytes = *size->integer()};
  const absl::string_view digest = sibling.StringAt({"lfs", "sha256"});
  if (IsHex(digest, 64)) file.digest = absl::StrCat("sha256:", digest);
  return file;
}

// Whether a run before has left the file, whole.
bool IsThere(const std::string& path, const HubFile& wanted) {
  if (wanted.digest.empty()) return false;
  const absl::StatusOr<MemoryMap> file = MemoryMap::Open(path);
  return file.ok() &&
         static_cast<int64_t>(file->text().size()) == wanted.bytes &&
         absl::StrCat("sha256:", Sha256Hex(file->text())) == wanted.digest;
}

absl::Status Explain(absl::Status status, const HubModel& model,
                     bool has_token) {
  if (!WasRefused(status)) return status;
  return MarkRefused(absl::Status(
      status.code(),
      absl::StrCat(status.message(), "; either the hub has no ", model.id,
                   " at ", model.revision, ", or it is gated: ",
                   has_token ? "accept its terms with the token's account"
                             : "give a token that may read it")));
}

}  // namespace

absl::StatusOr<HubModel> ParseHubModel(absl::string_view text) {
  absl::string_view rest = text;
  HubModel model;
  bool good = absl::ConsumePrefix(&rest, kHubScheme);
  const size_t at = rest.find('@');
  if (at != absl::string_view::npos) {
    model.revision = std::string(rest.substr(at + 1));
    rest = rest.substr(0, at);
    good = good && !model.revision.empty() &&
           model.revision.size() <= kMaxRevisionBytes &&
           IsWord(model.revision, "-._/") &&
           !absl::StrContains(model.revision, "..");
  }
  const size_t slash = rest.find('/');
  good = good && IsName(rest.substr(0, slash)) &&
         (slash == absl::string_view::npos || IsName(rest.substr(slash + 1)));
  if (!good) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", text.substr(0, 300),
                     "\" is not hf://ORGANISATION/MODEL[@REVISION]"));
  }
  model.id = std::string(rest);
  return model;
}

absl::StatusOr<HubListing> ParseHubListing(absl::string_view json) {
  KAITO_ASSIGN_OR_RETURN(const json::Value answer,
                         json::Parse(json, {.max_bytes = kMaxListingBytes}));
  HubListing listing;
  listing.commit = std::string(answer.StringAt({"sha"}));
  const json::Value* siblings = answer.Find("siblings");
  if (!IsHex(listing.commit, 40) || siblings == nullptr ||
      siblings->array() == nullptr) {
    return absl::InvalidArgumentError(
        "the hub's answer has no commit and list of files");
  }
  bool single = false;
  for (const json::Value& sibling : *siblings->array()) {
    const absl::string_view name = sibling.StringAt({"rfilename"});
    if (!IsWanted(name)) continue;
    single = single || name == kSingleFile;
    KAITO_ASSIGN_OR_RETURN(listing.files.emplace_back(),
                           ParseFile(name, sibling));
    if (listing.files.size() > kMaxFiles) {
      return absl::InvalidArgumentError(
          absl::StrCat("the hub lists more than ", kMaxFiles, " files"));
    }
  }
  // The single file wins over shards, as when they are read.
  listing.files.erase(std::remove_if(listing.files.begin(), listing.files.end(),
                                     [&](const HubFile& file) {
                                       return single && IsWeights(file.name) &&
                                              file.name != kSingleFile;
                                     }),
                      listing.files.end());
  std::stable_partition(listing.files.begin(), listing.files.end(),
                        [](const HubFile& f) { return !IsWeights(f.name); });
  const auto has = [&](auto test) {
    return std::any_of(listing.files.begin(), listing.files.end(), test);
  };
  if (!has([](const HubFile& f) { return f.name == "config.json"; })) {
    return absl::InvalidArgumentError("the model has no config.json");
  }
  if (!has([](const HubFile& f) { return IsWeights(f.name); })) {
    return absl::InvalidArgumentError(
        "the model has no weights in safetensors (model*.safetensors); other "
        "formats are not read");
  }
  return listing;
}

absl::StatusOr<HubSnapshot> FetchHubModel(Clock& clock, const HubModel& model,
                                          absl::string_view output,
                                          const HubOptions& options,
                                          const StopToken& stop) {
  const std::string name = absl::StrCat(kHubScheme, model.id);
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<Downloader> downloader,
                         Downloader::Create(clock, options.download));
  KAITO_ASSIGN_OR_RETURN(
      const Url list,
      Url::Parse(absl::StrCat(options.endpoint, "/api/models/", model.id,
                              "/revision/", PercentEncode(model.revision),
                              "?blobs=true")));
  const absl::StatusOr<std::string> text =
      downloader->Read(list, kMaxListingBytes, stop);
  const bool has_token = !options.download.token.empty();
  KAITO_RETURN_IF_ERROR(Explain(text.status(), model, has_token));
  absl::StatusOr<HubListing> listing = ParseHubListing(*text);
  if (!listing.ok()) return Annotate(listing.status(), name);
  int64_t room = options.max_total_bytes;
  for (const HubFile& file : listing->files) {
    const int64_t most =
        IsWeights(file.name) ? options.download.max_bytes : kMaxSmallBytes;
    if (file.bytes > std::min(room, most)) {
      return absl::InvalidArgumentError(
          absl::StrCat(name, ": ", file.name, " has ", file.bytes,
                       " bytes, and ", std::min(room, most), " are allowed"));
    }
    room -= file.bytes;
  }
  KAITO_RETURN_IF_ERROR(MakeDirs(output));
  HubSnapshot snapshot = {.commit = listing->commit};
  for (const HubFile& file : listing->files) {
    const std::string path = JoinPath(output, file.name);
    if (IsThere(path, file)) {
      snapshot.files.push_back(
          {.path = path, .digest = file.digest, .bytes = file.bytes});
      continue;
    }
    KAITO_ASSIGN_OR_RETURN(
        Url url,
        Url::Parse(absl::StrCat(options.endpoint, "/", model.id, "/resolve/",
                                listing->commit, "/", file.name)));
    const absl::StatusOr<FetchedFile> fetched =
        downloader->Download({.url = std::move(url),
                              .path = path,
                              .digest = file.digest,
                              .bytes = file.bytes,
                              .at_most = file.bytes},
                             stop);
    KAITO_RETURN_IF_ERROR(Explain(fetched.status(), model, has_token));
    snapshot.files.push_back(*fetched);
  }
  return snapshot;
}

}  // namespace kaito::runtime
