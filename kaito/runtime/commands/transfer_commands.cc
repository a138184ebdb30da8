#include "kaito/runtime/commands/transfer_commands.h"

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/api/job/exit_code.h"
#include "kaito/api/job/layout.h"
#include "kaito/api/job/termination.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/process/stop_signals.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/url/url.h"
#include "kaito/runtime/commands/finish.h"
#include "kaito/runtime/fetch/fetch.h"
#include "kaito/runtime/fetch/hub.h"
#include "kaito/runtime/fetch/in_cluster.h"
#include "kaito/runtime/fetch/refusal.h"
#include "kaito/runtime/oci/image_files.h"
#include "kaito/runtime/oci/image_layout.h"
#include "kaito/runtime/oci/image_transfer.h"
#include "kaito/runtime/train/adapter_push.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kMaxTokenBytes = 64 << 10;
constexpr int64_t kMaxUrls = 1000;

// What came of a command: the digest of an image, where there is one.
using Outcome = absl::StatusOr<std::string>;

void AddCommonFlags(FlagSet* flags, bool* allow_private, std::string* ca) {
  *allow_private = !InCluster();
  flags->Add("allow-private-addresses", allow_private,
             "Whether private and loopback addresses may be reached; in a pod "
             "of a cluster not by default.");
  flags->Add("ca", ca, "Certificates to trust in place of the system's.")
      .Value("FILE");
}

struct PackFlags {
  std::string directory;
  std::string image;
  std::string layout;
  std::string name;
  bool push = false;
  TransferOptions options;

  void AddTo(FlagSet& flags) {
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
    flags.Add("auth", &options.auth_files, "A docker config.json. Repeatable.")
        .Value("FILE");
    flags.Add("model-name", &name, "Noted in the image, as KAITO does.")
        .Value("NAME");
    AddCommonFlags(&flags, &options.allow_private_addresses, &options.ca_file);
    flags.Example(
        "runtime pack --dir ./results --image ghcr.io/me/adapter:v1 --push "
        "--auth ~/.docker/config.json");
  }
};

struct PullFlags {
  std::string output;
  TransferOptions options;

  void AddTo(FlagSet& flags) {
    flags.Arguments("REF", 1, 1);
    flags.Add("output", &output, "Where the files go.").Value("DIR").Required();
    flags
        .Add("auth", &options.auth_files,
             "A docker config.json. Repeatable: the first that knows the "
             "registry counts.")
        .Value("FILE");
    flags.Add("max-bytes", &options.limits.max_bytes,
              "Of the layers, and of the files, together.");
    AddCommonFlags(&flags, &options.allow_private_addresses, &options.ca_file);
    flags.Example(
        "runtime pull ghcr.io/me/adapter:v1 --output /mnt/adapter/demo");
  }
};

struct FetchFlags {
  std::string output;
  std::string token_file;
  std::string endpoint;
  FetchOptions options;

  void AddTo(FlagSet& flags) {
    const char* from =
        std::getenv(std::string(api::kHubEndpointVariable).c_str());
    endpoint = from != nullptr && *from != '\0'
                   ? std::string(from)
                   : std::string(api::kHubEndpoint);
    flags.Arguments("URL...", 1, kMaxUrls);
    flags.Add("output", &output, "Where the files go.").Value("DIR").Required();
    flags.Add("digest", &options.digest, "What a single file must have.")
        .Value("sha256:HEX");
    flags.Add("max-bytes", &options.download.max_bytes, "Of each file.");
    flags
        .Add("token-file", &token_file,
             absl::StrCat("A token to send to the URLs' own hosts, as bearer; "
                          "for hf:// by default what $",
                          api::kHubTokenVariable, " holds."))
        .Value("FILE");
    flags
        .Add("hub-endpoint", &endpoint,
             absl::StrCat("Where hf://NAME is looked for; $",
                          api::kHubEndpointVariable, "."))
        .Value("URL");
    AddCommonFlags(&flags, &options.download.allow_private_addresses,
                   &options.download.ca_file);
    flags.Example(
        "runtime fetch --output /mnt/data https://example.com/train.parquet");
    flags.Example(
        "runtime fetch --output ./phi hf://microsoft/Phi-4-mini-instruct@main");
  }
};

Outcome Pack(std::span<const std::string> args, const StopToken& stop) {
  PackFlags to;
  FlagSet flags("runtime pack",
                "Packs a directory into an image, with its files under /data.");
  to.AddTo(flags);
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return std::string();
  }
  if (!to.name.empty()) {
    to.options.annotations["sh.kaito.model.name"] = to.name;
  }
  absl::string_view trimmed = to.directory;
  while (trimmed.size() > 1 && absl::ConsumeSuffix(&trimmed, "/")) {
  }
  if (to.push) {
    RealClock clock;
    KAITO_ASSIGN_OR_RETURN(
        std::string digest,
        PushDirectory(clock, trimmed, to.image, to.options, stop));
    std::cout << to.image << "@" << digest << "\n";
    return digest;
  }
  const size_t slash = to.image.rfind('/') + 1;  // 0 where there is none.
  const size_t colon = to.image.find(':', slash);
  if (to.layout.empty()) to.layout = absl::StrCat(trimmed, ".oci");
  KAITO_ASSIGN_OR_RETURN(
      PackedImage packed,
      PackImage(trimmed, to.layout,
                {.tag = colon == std::string::npos ? "latest"
                                                   : to.image.substr(colon + 1),
                 .annotations = to.options.annotations}));
  std::cout << "oci:" << to.layout << "@" << packed.digest << "\n";
  return packed.digest;
}

Outcome Pull(std::span<const std::string> args, const StopToken& stop) {
  PullFlags to;
  FlagSet flags("runtime pull", "Takes the files under /data out of an image.");
  to.AddTo(flags);
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return std::string();
  }
  RealClock clock;
  KAITO_ASSIGN_OR_RETURN(
      ExtractedImage image,
      PullImage(clock, parsed.arguments[0], to.output, to.options, stop));
  std::cout << image.files << " files, " << image.file_bytes << " bytes, "
            << image.digest << "\n";
  return image.digest;
}

bool IsOfHub(absl::string_view url) {
  return absl::StartsWith(url, kHubScheme);
}

// A model of the hub comes alone: several would share names.
absl::Status CheckUrls(const std::vector<std::string>& urls) {
  for (const std::string& url : urls) {
    if (!IsOfHub(url)) {
      KAITO_RETURN_IF_ERROR(Url::Parse(url).status());
      continue;
    }
    KAITO_RETURN_IF_ERROR(ParseHubModel(url).status());
    if (urls.size() > 1) {
      return absl::InvalidArgumentError(
          absl::StrCat(url, ": give a model of the hub alone"));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadToken(const FetchFlags& flags, bool hub, Secret* token) {
  if (!flags.token_file.empty()) {
    KAITO_ASSIGN_OR_RETURN(std::string text,
                           ReadFile(flags.token_file, kMaxTokenBytes));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) {
      text.pop_back();
    }
    *token = Secret::Take(std::move(text));
    return absl::OkStatus();
  }
  const char* from = std::getenv(std::string(api::kHubTokenVariable).c_str());
  if (hub && from != nullptr) *token = Secret(from);
  return absl::OkStatus();
}

void Print(const std::vector<FetchedFile>& files) {
  for (const FetchedFile& file : files) {
    std::cout << file.path << ": " << file.bytes << " bytes, " << file.digest
              << "\n";
  }
}

Outcome Fetch(std::span<const std::string> args, const StopToken& stop) {
  FetchFlags to;
  FlagSet flags("runtime fetch",
                "Downloads files over HTTP, or a model from the hub.");
  to.AddTo(flags);
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return std::string();
  }
  const std::vector<std::string>& urls = parsed.arguments;
  KAITO_RETURN_IF_ERROR(CheckUrls(urls));
  const bool hub = IsOfHub(urls[0]);
  KAITO_RETURN_IF_ERROR(ReadToken(to, hub, &to.options.download.token));
  RealClock clock;
  if (!hub) {
    KAITO_ASSIGN_OR_RETURN(
        const std::vector<FetchedFile> files,
        FetchFiles(clock, urls, to.output, to.options, stop));
    Print(files);
    return std::string();
  }
  if (!to.options.digest.empty()) {
    return absl::InvalidArgumentError(
        "--digest: is of one file; the hub's list has those of a model");
  }
  KAITO_ASSIGN_OR_RETURN(const HubModel model, ParseHubModel(urls[0]));
  KAITO_ASSIGN_OR_RETURN(
      const HubSnapshot snapshot,
      FetchHubModel(
          clock, model, to.output,
          {.endpoint = std::string(absl::StripSuffix(to.endpoint, "/")),
           .download = to.options.download},
          stop));
  Print(snapshot.files);
  std::cout << model.id << " at commit " << snapshot.commit << "\n";
  return std::string();
}

int Finish(absl::string_view command, const Outcome& outcome, int signal) {
  if (outcome.ok()) {
    if (outcome->empty()) return FinishCommand(command, absl::OkStatus());
    return FinishCommand(command, absl::OkStatus(), {.digest = *outcome});
  }
  api::Termination termination = {.code = CodeOfStop(outcome.status(), signal)};
  if (WasRefused(outcome.status())) {
    termination.code = static_cast<int64_t>(api::ExitCode::kRefused);
  } else if (absl::IsResourceExhausted(outcome.status())) {
    // A full disk, or a server that wants to be left alone: not memory.
    termination.code = static_cast<int64_t>(api::ExitCode::kMayHeal);
    termination.reason = "ResourceExhausted";
  }
  return FinishCommand(command, outcome.status(), std::move(termination));
}

int Run(absl::string_view command, std::span<const std::string> args,
        Outcome (*run)(std::span<const std::string>, const StopToken&)) {
  const absl::StatusOr<std::unique_ptr<StopSignals>> signals =
      StopSignals::Install();
  if (!signals.ok()) return FinishCommand(command, signals.status());
  const Outcome outcome = run(args, (*signals)->token());
  return Finish(command, outcome, (*signals)->signal());
}

}  // namespace

absl::StatusOr<std::string> PushAdapter(const AdapterPush& push) {
  TransferOptions options = {.allow_private_addresses =
                                 push.allow_private_addresses};
  if (!push.auth_file.empty()) options.auth_files = {push.auth_file};
  RealClock clock;
  absl::StatusOr<std::string> digest =
      PushDirectory(clock, push.directory, push.image, options, push.stop);
  if (WasRefused(digest.status())) {
    return absl::PermissionDeniedError(digest.status().message());
  }
  if (absl::IsResourceExhausted(digest.status())) {
    return absl::UnavailableError(digest.status().message());
  }
  return digest;
}

int RunPackCommand(std::span<const std::string> args) {
  return Run("pack", args, Pack);
}

int RunPullCommand(std::span<const std::string> args) {
  return Run("pull", args, Pull);
}

int RunFetchCommand(std::span<const std::string> args) {
  return Run("fetch", args, Fetch);
}

absl::Status CheckPullArguments(std::span<const std::string> args) {
  PullFlags to;
  FlagSet flags("runtime pull", "");
  to.AddTo(flags);
  return flags.Parse(args).status();
}

absl::Status CheckFetchArguments(std::span<const std::string> args) {
  FetchFlags to;
  FlagSet flags("runtime fetch", "");
  to.AddTo(flags);
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  return parsed.help ? absl::OkStatus() : CheckUrls(parsed.arguments);
}

}  // namespace kaito::runtime
