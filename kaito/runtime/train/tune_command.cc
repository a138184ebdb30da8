#include "kaito/runtime/train/tune_command.h"

#include <unistd.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
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
#include "kaito/api/job/exit_code.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/json/value.h"
#include "kaito/base/process/stop_signals.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/runtime/commands/finish.h"
#include "kaito/runtime/fetch/download.h"
#include "kaito/runtime/fetch/fetch.h"
#include "kaito/runtime/fetch/in_cluster.h"
#include "kaito/runtime/fetch/refusal.h"
#include "kaito/runtime/train/adapter_push.h"
#include "kaito/runtime/train/recipe.h"
#include "kaito/runtime/train/tune.h"

namespace kaito::runtime {
namespace {

// A ConfigMap holds 1 MiB.
constexpr int64_t kMaxConfigBytes = 1 << 20;

constexpr absl::string_view kDataFolder = ".data";

bool IsUrl(absl::string_view path) {
  return absl::StartsWith(path, "http://") ||
         absl::StartsWith(path, "https://");
}

enum class Device : uint8_t { kAuto, kCpu, kCuda };

struct TuneFlags {
  std::string config;
  RecipeOverrides overrides;
  int64_t max_steps = 0;
  int64_t seed = 0;
  Device device = Device::kAuto;
  std::string push;
  std::string auth;
  bool allow_private_addresses = !InCluster();
  std::string progress_file;
  absl::Duration progress_interval = absl::Seconds(10);
  int64_t threads = 0;
};

void AddFlags(TuneFlags* to, FlagSet* flags) {
  RecipeOverrides& o = to->overrides;
  flags->Add("config", &to->config, "KAITO's training_config.yaml.")
      .Value("FILE");
  flags->Group("What wins over the file");
  flags->Add("model", &o.model, "Directory of the base model.").Value("DIR");
  flags
      ->Add("data", &o.data,
            "File or directory of data, or a URL to fetch it from; may be "
            "repeated.")
      .Value("PATH|URL");
  flags->Add("output", &o.output, "Directory of the results.").Value("DIR");
  flags
      ->Add("resume", &o.resume,
            "auto (from the newest checkpoint in the output), never, or a "
            "checkpoint's directory.")
      .Value("auto|never|DIR");
  flags->Add("max-steps", &to->max_steps, "Steps; instead of epochs.");
  flags->Add("seed", &to->seed,
             "Of the adapter's first values, the order of rows and dropout.");
  flags->AddEnum("compat", &o.kaito_compat, {{"none", false}, {"kaito", true}},
                 "Whether data are labelled and the adapter is stored as "
                 "KAITO's own runtime does.");
  flags->Group("Running");
  flags->AddEnum(
      "device", &to->device,
      {{"auto", Device::kAuto}, {"cpu", Device::kCpu}, {"cuda", Device::kCuda}},
      "Where to train.");
  flags->Add("threads", &to->threads, "0: as many as processors.");
  flags
      ->Add("progress-file", &to->progress_file,
            "File that holds the newest progress as JSON.")
      .Value("FILE");
  flags->Add("progress-interval", &to->progress_interval,
             "Between lines of progress.");
  flags->Group("Result");
  flags->Add("push", &to->push, "Image to push the adapter to.").Value("REF");
  flags->Add("auth", &to->auth, "Docker's config.json with credentials.")
      .Value("FILE");
  flags->Add("allow-private-addresses", &to->allow_private_addresses,
             "Whether a registry, or data, may be at a private or loopback "
             "address; in a pod of a cluster not by default.");
  flags->Example(
      "runtime tune --config training_config.yaml --model ./phi --data "
      "rows.jsonl --output ./adapter");
}

struct ConfigFile {
  json::Value document;  // Null without a file.
  std::string digest;
};

absl::StatusOr<ConfigFile> ReadConfig(const std::string& path) {
  ConfigFile file;
  if (path.empty()) return file;
  KAITO_ASSIGN_OR_RETURN(const std::string text,
                         ReadFile(path, kMaxConfigBytes));
  absl::StatusOr<yaml::Document> document = yaml::Parse(text);
  if (!document.ok()) return Annotate(document.status(), path);
  if (document->value.is_null()) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": is empty"));
  }
  file.document = std::move(document->value);
  file.digest = absl::StrCat("sha256:", Sha256Hex(text));
  return file;
}

absl::StatusOr<Recipe> ReadRecipe(const TuneFlags& flags,
                                  const FlagSet& flag_set,
                                  const json::Value& document) {
  RecipeOverrides overrides = flags.overrides;
  if (flag_set.WasSet("max-steps")) overrides.max_steps = flags.max_steps;
  if (flag_set.WasSet("seed")) overrides.seed = flags.seed;
  const char* targets = std::getenv("DEFAULT_TARGET_MODULES");
  if (targets != nullptr) overrides.target_modules = targets;
  absl::StatusOr<Recipe> recipe = MakeRecipe(document, overrides);
  if (!recipe.ok() && !flags.config.empty()) {
    return Annotate(recipe.status(), flags.config);
  }
  return recipe;
}

// Puts files in the place of URLs: fetched into a folder of the results, which
// are on a volume with room.
absl::Status FetchData(const TuneFlags& flags, Clock& clock,
                       const StopToken& stop, Recipe* recipe) {
  std::vector<std::string> urls;
  for (const std::string& path : recipe->data_paths) {
    if (IsUrl(path)) urls.push_back(path);
  }
  if (urls.empty()) return absl::OkStatus();
  const std::string folder = JoinPath(recipe->output, kDataFolder);
  KAITO_RETURN_IF_ERROR(MakeDirs(folder));
  const absl::StatusOr<std::vector<FetchedFile>> files = FetchFiles(
      clock, urls, folder,
      {.download = {.allow_private_addresses = flags.allow_private_addresses}},
      stop);
  if (WasRefused(files.status())) {
    return absl::PermissionDeniedError(files.status().message());
  }
  if (absl::IsResourceExhausted(files.status())) {
    return absl::UnavailableError(files.status().message());  // Not memory.
  }
  KAITO_RETURN_IF_ERROR(files.status());
  auto file = files->begin();
  for (std::string& path : recipe->data_paths) {
    if (IsUrl(path)) path = (file++)->path;
  }
  return absl::OkStatus();
}

void Write(absl::string_view text) {
  std::cout.write(text.data(), static_cast<std::streamsize>(text.size()));
  std::cout.flush();
}

absl::StatusOr<TuneResult> Run(const TuneFlags& flags, const FlagSet& flag_set,
                               const AdapterPusher& pusher,
                               const StopSignals& signals) {
  if (flags.device == Device::kCuda) {
    return absl::InvalidArgumentError(
        "--device cuda: this build trains on the CPU only; use auto or cpu");
  }
  if (!flags.push.empty() && pusher == nullptr) {
    return absl::InvalidArgumentError("--push: this build can't push images");
  }
  KAITO_ASSIGN_OR_RETURN(const ConfigFile file, ReadConfig(flags.config));
  KAITO_ASSIGN_OR_RETURN(Recipe recipe,
                         ReadRecipe(flags, flag_set, file.document));
  RealClock clock;
  KAITO_RETURN_IF_ERROR(FetchData(flags, clock, signals.token(), &recipe));
  TuneEnvironment environment = {
      .clock = &clock,
      .write = Write,
      .stop = signals.token(),
      .progress = {.file = flags.progress_file,
                   .interval = flags.progress_interval,
                   .terminal = isatty(STDOUT_FILENO) == 1},
      .threads = flags.threads,
      .config_digest = file.digest};
  if (!flags.push.empty()) {
    environment.push = [&](absl::string_view directory) {
      return pusher({.directory = std::string(directory),
                     .image = flags.push,
                     .auth_file = flags.auth,
                     .allow_private_addresses = flags.allow_private_addresses,
                     .stop = signals.token()});
    };
  }
  return Tune(recipe, environment);
}

int Finish(const absl::StatusOr<TuneResult>& result, int signal) {
  if (result.ok()) {
    // Kept beside a success: the operator reads digest and loss from it.
    return FinishCommand(
        "tune", absl::OkStatus(),
        {.code = 0, .digest = result->digest, .loss = result->loss});
  }
  return FinishCommand("tune", result.status(),
                       {.code = CodeOfStop(result.status(), signal)});
}

}  // namespace

absl::Status CheckTuneArguments(std::span<const std::string> args) {
  TuneFlags to;
  FlagSet flags("runtime tune", "");
  AddFlags(&to, &flags);
  return flags.Parse(args).status();
}

int RunTuneCommand(std::span<const std::string> args,
                   const AdapterPusher& pusher) {
  TuneFlags to;
  FlagSet flags("runtime tune", "Trains an adapter for a language model.");
  AddFlags(&to, &flags);
  const absl::StatusOr<ParsedFlags> parsed = flags.Parse(args);
  if (!parsed.ok()) return FinishCommand("tune", parsed.status());
  if (parsed->help) {
    std::cout << flags.Help();
    return static_cast<int>(api::ExitCode::kDone);
  }
  const absl::StatusOr<std::unique_ptr<StopSignals>> signals =
      StopSignals::Install();
  if (!signals.ok()) return FinishCommand("tune", signals.status());
  const absl::StatusOr<TuneResult> result = Run(to, flags, pusher, **signals);
  return Finish(result, (*signals)->signal());
}

}  // namespace kaito::runtime
