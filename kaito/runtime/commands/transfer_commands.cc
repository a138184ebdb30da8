#include "kaito/runtime/commands/transfer_commands.h"

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/api/job/exit_code.h"
#include "kaito/api/job/termination.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/commands/finish.h"
#include "kaito/runtime/fetch/fetch.h"
#include "kaito/runtime/fetch/refusal.h"
#include "kaito/runtime/oci/image_files.h"
#include "kaito/runtime/oci/image_layout.h"
#include "kaito/runtime/oci/image_transfer.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kMaxTokenBytes = 64 << 10;
constexpr int64_t kMaxUrls = 1000;

// What came of a command: the digest of an image, where there is one.
using Outcome = absl::StatusOr<std::string>;

// A pod's URLs are its user's; on a machine of one's own they are one's own.
bool InCluster() { return std::getenv("KUBERNETES_SERVICE_HOST") != nullptr; }

void AddCommonFlags(FlagSet* flags, bool* allow_private, std::string* ca) {
  *allow_private = !InCluster();
  flags->Add("allow-private-addresses", allow_private,
             "Whether private and loopback addresses may be reached; in a pod "
             "of a cluster not by default.");
  flags->Add("ca", ca, "Certificates to trust in place of the system's.")
      .Value("FILE");
}

Outcome Pack(std::span<const std::string> args) {
  std::string directory;
  std::string image;
  std::string layout;
  std::string name;
  bool push = false;
  TransferOptions options;
  FlagSet flags("runtime pack",
                "Packs a directory into an image, with its files under /data.");
  flags.Add("dir", &directory, "What to pack; of an adapter, its two files.")
      .Value("DIR")
      .Required();
  flags.Add("image", &image, "Name of the image: registry/repository:tag.")
      .Value("REF")
      .Required();
  flags.Add("push", &push, "Pushes it to the registry.");
  flags
      .Add("layout", &layout,
           "Without --push: the directory of the OCI layout; by default the "
           "packed one's name with .oci.")
      .Value("DIR");
  flags.Add("auth", &options.auth_file, "A docker config.json.").Value("FILE");
  flags.Add("model-name", &name, "Noted in the image, as KAITO does.")
      .Value("NAME");
  AddCommonFlags(&flags, &options.allow_private_addresses, &options.ca_file);
  flags.Example(
      "runtime pack --dir ./results --image ghcr.io/me/adapter:v1 --push "
      "--auth ~/.docker/config.json");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return std::string();
  }
  if (!name.empty()) options.annotations["sh.kaito.model.name"] = name;
  absl::string_view trimmed = directory;
  while (trimmed.size() > 1 && absl::ConsumeSuffix(&trimmed, "/")) {
  }
  if (push) {
    RealClock clock;
    KAITO_ASSIGN_OR_RETURN(
        std::string digest,
        PushDirectory(clock, trimmed, image, options, StopToken()));
    std::cout << image << "@" << digest << "\n";
    return digest;
  }
  const size_t slash = image.rfind('/') + 1;  // 0 where there is none.
  const size_t colon = image.find(':', slash);
  if (layout.empty()) layout = absl::StrCat(trimmed, ".oci");
  KAITO_ASSIGN_OR_RETURN(
      PackedImage packed,
      PackImage(trimmed, layout,
                {.tag = colon == std::string::npos ? "latest"
                                                   : image.substr(colon + 1),
                 .annotations = options.annotations}));
  std::cout << "oci:" << layout << "@" << packed.digest << "\n";
  return packed.digest;
}

Outcome Pull(std::span<const std::string> args) {
  std::string output;
  TransferOptions options;
  FlagSet flags("runtime pull", "Takes the files under /data out of an image.");
  flags.Arguments("REF", 1, 1);
  flags.Add("output", &output, "Where the files go.").Value("DIR").Required();
  flags.Add("auth", &options.auth_file, "A docker config.json.").Value("FILE");
  flags.Add("max-bytes", &options.limits.max_bytes,
            "Of the layers, and of the files, together.");
  AddCommonFlags(&flags, &options.allow_private_addresses, &options.ca_file);
  flags.Example(
      "runtime pull ghcr.io/me/adapter:v1 --output /mnt/adapter/demo");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return std::string();
  }
  RealClock clock;
  KAITO_ASSIGN_OR_RETURN(
      ExtractedImage image,
      PullImage(clock, parsed.arguments[0], output, options, StopToken()));
  std::cout << image.files << " files, " << image.file_bytes << " bytes, "
            << image.digest << "\n";
  return image.digest;
}

Outcome Fetch(std::span<const std::string> args) {
  std::string output;
  std::string token_file;
  FetchOptions options;
  FlagSet flags("runtime fetch", "Downloads files over HTTP.");
  flags.Arguments("URL...", 1, kMaxUrls);
  flags.Add("output", &output, "Where the files go.").Value("DIR").Required();
  flags.Add("digest", &options.digest, "What a single file must have.")
      .Value("sha256:HEX");
  flags.Add("max-bytes", &options.max_bytes, "Of each file.");
  flags
      .Add("token-file", &token_file,
           "A token to send to the URLs' own hosts, as bearer.")
      .Value("FILE");
  AddCommonFlags(&flags, &options.allow_private_addresses, &options.ca_file);
  flags.Example(
      "runtime fetch --output /mnt/data https://example.com/train.parquet");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return std::string();
  }
  if (!token_file.empty()) {
    KAITO_ASSIGN_OR_RETURN(std::string token,
                           ReadFile(token_file, kMaxTokenBytes));
    while (!token.empty() && (token.back() == '\n' || token.back() == '\r')) {
      token.pop_back();
    }
    options.token = Secret::Take(std::move(token));
  }
  RealClock clock;
  KAITO_ASSIGN_OR_RETURN(
      const std::vector<FetchedFile> files,
      FetchFiles(clock, parsed.arguments, output, options, StopToken()));
  for (const FetchedFile& file : files) {
    std::cout << file.path << ": " << file.bytes << " bytes, " << file.digest
              << "\n";
  }
  return std::string();
}

int Finish(absl::string_view command, const Outcome& outcome) {
  if (outcome.ok()) {
    if (outcome->empty()) return FinishCommand(command, absl::OkStatus());
    return FinishCommand(command, absl::OkStatus(), {.digest = *outcome});
  }
  api::Termination termination;
  if (WasRefused(outcome.status())) {
    termination.code = static_cast<int64_t>(api::ExitCode::kRefused);
  } else if (absl::IsResourceExhausted(outcome.status())) {
    // A full disk, or a server that wants to be left alone: not memory.
    termination.code = static_cast<int64_t>(api::ExitCode::kMayHeal);
    termination.reason = "ResourceExhausted";
  }
  return FinishCommand(command, outcome.status(), std::move(termination));
}

}  // namespace

absl::StatusOr<std::string> PushAdapter(const std::string& directory,
                                        const std::string& image,
                                        const std::string& auth_file) {
  RealClock clock;
  absl::StatusOr<std::string> digest = PushDirectory(
      clock, directory, image,
      {.auth_file = auth_file, .allow_private_addresses = !InCluster()},
      StopToken());
  if (WasRefused(digest.status())) {
    return absl::PermissionDeniedError(digest.status().message());
  }
  if (absl::IsResourceExhausted(digest.status())) {
    return absl::UnavailableError(digest.status().message());
  }
  return digest;
}

int RunPackCommand(std::span<const std::string> args) {
  return Finish("pack", Pack(args));
}

int RunPullCommand(std::span<const std::string> args) {
  return Finish("pull", Pull(args));
}

int RunFetchCommand(std::span<const std::string> args) {
  return Finish("fetch", Fetch(args));
}

}  // namespace kaito::runtime
