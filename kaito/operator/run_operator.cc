#include "kaito/operator/run_operator.h"

#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/log/log.h"
#include "kaito/base/process/stop_signals.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/version/version.h"
#include "kaito/kube/client/access_loader.h"
#include "kaito/kube/client/cluster_access.h"
#include "kaito/kube/client/http_api_client.h"
#include "kaito/operator/controller/operator_flags.h"
#include "kaito/operator/controller/workspace_operator.h"
#include "kaito/operator/observe/local_weights.h"
#include "kaito/operator/plan/plan_only.h"
#include "kaito/operator/program/program_files.h"
#include "kaito/operator/program/program_flags.h"
#include "kaito/operator/quickstart/fetch_program.h"
#include "kaito/operator/quickstart/quickstart.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/standalone.h"

namespace kaito::controller {
namespace {

constexpr absl::string_view kSmallModel = "tiny-phi-3-instruct";
constexpr absl::string_view kLeaseName = "kaito-operator";
constexpr absl::string_view kRuntimeProgram = "kaito/runtime/runtime";

std::string HostName() {
  char name[256] = {};
  if (gethostname(name, sizeof(name) - 1) != 0) return "localhost";
  return name;
}

absl::StatusOr<ProgramFiles> FindFiles(const ProgramFlags& flags) {
  KAITO_ASSIGN_OR_RETURN(const std::string executable, ThisExecutable());
  const char* runfiles = std::getenv("RUNFILES_DIR");
  return ProgramFiles::Find(executable, runfiles == nullptr ? "" : runfiles,
                            flags.files_dir);
}

void ConfigureLogs(const ProgramFlags& flags) {
  LogOptions options;
  options.min_level = flags.verbose ? LogLevel::kDebug : LogLevel::kInfo;
  options.format = flags.log_format;
  ConfigureLog(std::move(options));
}

// Standalone with the operator on it.
struct LocalSystem {
  std::unique_ptr<Standalone> standalone;
  std::unique_ptr<WorkspaceOperator> op;

  void Stop() {
    if (op != nullptr) op->Stop();
    op.reset();
    if (standalone != nullptr) standalone->Stop();
  }
  ~LocalSystem() { Stop(); }
};

// `options` as the flags have them.
absl::Status StartLocal(const ProgramFlags& flags, OperatorOptions options,
                        const ProgramFiles& files, Clock& clock,
                        LocalSystem& system) {
  KAITO_ASSIGN_OR_RETURN(const std::string runtime, files.Get(kRuntimeProgram));
  KAITO_ASSIGN_OR_RETURN(
      system.standalone,
      Standalone::Start(
          clock, {.data_dir = flags.data_dir,
                  .port = static_cast<int>(flags.api_port),
                  .node_name = HostName(),
                  .runtime_program = runtime,
                  .find_tool = FindTool,
                  .allow_private_addresses = !flags.refuse_private_addresses}));
  options.instance = HostName();
  Settings& settings = options.reconciler.observer.settings;
  settings.standalone = true;
  // Nothing can be reached from here that the user could not reach anyway.
  settings.allow_private_addresses = !flags.refuse_private_addresses;
  // Pods can't pull model images here, and weights are looked for on the disk.
  settings.preset_registry.clear();
  settings.hub_downloads = false;
  FinishOperatorOptions(options);
  const std::vector<std::string> directories = {
      JoinPath(flags.data_dir, "models"),
      JoinPath(files.root(), "examples/models")};
  options.reconciler.observer.find_weights =
      [directories](absl::string_view preset) {
        return FindLocalWeights(directories, preset);
      };
  // The operator ends by Stop(), after what it began; not by a signal.
  KAITO_ASSIGN_OR_RETURN(
      system.op,
      StartOperator(options, system.standalone->client(), clock, StopToken()));
  return absl::OkStatus();
}

void WaitForStop(const StopToken& stop) {
  Notification stopped;
  const StopCallback callback = stop.OnStop([&] { stopped.Notify(); });
  stopped.Wait();
}

absl::Status RunStandalone(const ProgramFlags& flags,
                           const OperatorOptions& options, Clock& clock,
                           const StopToken& stop) {
  KAITO_LOG(INFO,
            "no cluster is named: running standalone, with this machine as "
            "the node",
            {{"data_dir", flags.data_dir}});
  KAITO_ASSIGN_OR_RETURN(const ProgramFiles files, FindFiles(flags));
  LocalSystem system;
  KAITO_RETURN_IF_ERROR(StartLocal(flags, options, files, clock, system));
  std::cout << system.standalone->url()
            << "\nexport KUBECONFIG=" << system.standalone->kubeconfig()
            << std::endl;
  WaitForStop(stop);
  KAITO_LOG(INFO, "stopping", {{"why", stop.status().message()}});
  system.Stop();
  return absl::OkStatus();
}

std::optional<std::string> ReadEnvironment(absl::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

absl::Status RunInCluster(const ProgramFlags& flags, OperatorOptions options,
                          Clock& clock, const StopToken& stop) {
  options.instance = HostName();
  FinishOperatorOptions(options);
  KAITO_ASSIGN_OR_RETURN(
      const kube::ClusterAccess access,
      kube::LoadClusterAccess({.kubeconfig = flags.kubeconfig,
                               .context = flags.context,
                               .env = ReadEnvironment}));
  KAITO_LOG(INFO, "running against a cluster",
            {{"server", access.server}, {"access", access.origin}});
  if (flags.requests_per_second < 1) {
    return absl::InvalidArgumentError(
        "operator: --kube-api-qps must be at least 1");
  }
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<kube::HttpApiClient> client,
      kube::HttpApiClient::Connect(
          clock, access,
          {.user_agent = "kaito-operator",
           .limit = {.per_second = flags.requests_per_second,
                     .burst = 2 * flags.requests_per_second}}));
  std::unique_ptr<kube::HttpApiClient> election_client;
  if (flags.leader_elect) {
    KAITO_ASSIGN_OR_RETURN(
        election_client,
        kube::HttpApiClient::Connect(
            clock, access, {.user_agent = "kaito-operator/leader-election"}));
    std::random_device entropy;
    options.election = {
        .client = election_client.get(),
        .lease = {flags.leader_elect_namespace.empty()
                      ? DefaultNamespace()
                      : flags.leader_elect_namespace,
                  std::string(kLeaseName)},
        .identity = absl::StrCat(options.instance, "_",
                                 absl::Hex(entropy(), absl::kZeroPad8),
                                 absl::Hex(entropy(), absl::kZeroPad8))};
  }
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<WorkspaceOperator> op,
                         StartOperator(options, *client, clock, StopToken()));
  const absl::Status lost = op->Wait(stop);
  op->Stop();
  return lost;
}

absl::Status PrintPlan(const ProgramFlags& flags, OperatorOptions options) {
  if (flags.file.empty()) {
    return absl::InvalidArgumentError(
        "operator: --plan-only needs --file, the YAML of Workspaces");
  }
  FinishOperatorOptions(options);
  KAITO_ASSIGN_OR_RETURN(const std::string yaml, ReadFile(flags.file, 4 << 20));
  KAITO_ASSIGN_OR_RETURN(const std::string plan,
                         PlanOnly(yaml, options.reconciler.facts,
                                  options.reconciler.observer.settings));
  std::cout << plan;
  return absl::OkStatus();
}

// The registry that the quick-start pushes to; where it is not installed, it is
// unpacked once the user agrees.
absl::Status FindRegistry(const ProgramFiles& files, bool yes, Clock& clock,
                          const StopToken& stop) {
  constexpr char kRegistry[] = "docker-registry";
  if (!FindTool(kRegistry).empty()) return absl::OkStatus();
  KAITO_ASSIGN_OR_RETURN(const std::string script,
                         files.Get("tools/fetch_tools.sh"));
  std::map<std::string, std::string> env;
  for (const char* name : {"PATH", "HOME", "KAITO_TOOLS_DIR"}) {
    if (const auto value = ReadEnvironment(name)) env.emplace(name, *value);
  }
  return FetchProgram(
      {.name = kRegistry,
       .script = script,
       .env = std::move(env),
       .yes = yes,
       .ask = isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1},
      clock, std::cout, stop);
}

absl::Status Quickstart(std::span<const std::string> args, Clock& clock,
                        const StopToken& stop) {
  ProgramFlags flags;
  flags.api_port = 0;
  bool keep = false;
  bool yes = false;
  FlagSet set("operator quickstart",
              "Tunes the small model on this machine, serves it, and asks it "
              "before and after.");
  set.Add("keep", &keep, "Leaves everything running until Ctrl-C.");
  set.Add("yes", &yes,
          "Downloads what is missing (docker-registry, to ~/.cache/kaito) "
          "without asking.");
  AddProgramFlags(flags, set);
  OperatorOptions operator_options;
  AddOperatorFlags(set, &operator_options);
  set.Example("operator quickstart --keep");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, set.Parse(args));
  if (parsed.help) {
    std::cout << set.Help();
    return absl::OkStatus();
  }
  if (!flags.verbose) ConfigureLog({.min_level = LogLevel::kWarning});
  KAITO_ASSIGN_OR_RETURN(const ProgramFiles files, FindFiles(flags));
  KAITO_RETURN_IF_ERROR(FindRegistry(files, yes, clock, stop));
  const char* tmp = std::getenv("TMPDIR");
  KAITO_ASSIGN_OR_RETURN(
      const TempDir work,
      TempDir::Create(tmp == nullptr ? "/tmp" : tmp, "kaito-quickstart-"));
  if (flags.data_dir.empty()) flags.data_dir = JoinPath(work.path(), "data");
  LocalSystem system;
  KAITO_RETURN_IF_ERROR(
      StartLocal(flags, operator_options, files, clock, system));
  std::cout << "The API is at " << system.standalone->url()
            << "; look on with:\n  export KUBECONFIG="
            << system.standalone->kubeconfig() << "\n\n"
            << std::flush;

  QuickstartOptions options;
  KAITO_ASSIGN_OR_RETURN(options.runtime_program, files.Get(kRuntimeProgram));
  KAITO_ASSIGN_OR_RETURN(
      options.model_dir,
      files.Get(absl::StrCat("examples/models/", kSmallModel)));
  KAITO_ASSIGN_OR_RETURN(options.data_file,
                         files.Get("examples/demo-data/acme-support.parquet"));
  KAITO_ASSIGN_OR_RETURN(options.questions_file,
                         files.Get("examples/demo-data/acme-eval.jsonl"));
  KAITO_ASSIGN_OR_RETURN(options.manifests_file,
                         files.Get("examples/quickstart.yaml"));
  options.work_dir = work.path();
  options.terminal = isatty(STDOUT_FILENO) == 1;
  KAITO_ASSIGN_OR_RETURN(const QuickstartReport report,
                         RunQuickstart(options, system.standalone->client(),
                                       clock, std::cout, stop));
  if (!report.score.Passes()) {
    return absl::InternalError(absl::StrCat(
        "the tuned model is not good enough: ", report.score.ToString(),
        ", want 85 % of each"));
  }
  std::cout << "\nDone: the tuned model answers right.\n" << std::flush;
  if (keep) {
    std::cout << "Everything is left running; Ctrl-C ends it.\n" << std::flush;
    WaitForStop(stop);
  }
  return absl::OkStatus();
}

absl::Status Run(std::span<const std::string> args, Clock& clock,
                 const StopToken& stop) {
  if (!args.empty() && args[0] == "quickstart") {
    return Quickstart(args.subspan(1), clock, stop);
  }
  ProgramFlags flags;
  FlagSet set("operator",
              "Turns Workspaces into nodes, tuned models and services. "
              "`operator quickstart` shows all of it on this machine.");
  AddProgramFlags(flags, set);
  OperatorOptions options;
  AddOperatorFlags(set, &options);
  set.Example("operator --data-dir ./kaito-data");
  set.Example("operator --plan-only --file workspace.yaml");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, set.Parse(args));
  if (parsed.help) {
    std::cout << set.Help();
    return absl::OkStatus();
  }
  if (!parsed.arguments.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("operator: no such subcommand: ", parsed.arguments[0],
                     "; there is: quickstart"));
  }
  ConfigureLogs(flags);
  if (flags.plan_only) return PrintPlan(flags, options);
  const bool in_pod = std::getenv("KUBERNETES_SERVICE_HOST") != nullptr;
  if (in_pod || flags.cluster || !flags.context.empty() ||
      !flags.kubeconfig.empty()) {
    return RunInCluster(flags, std::move(options), clock, stop);
  }
  if (flags.data_dir.empty()) flags.data_dir = DefaultDataDir();
  return RunStandalone(flags, options, clock, stop);
}

}  // namespace

int RunOperator(std::span<const std::string> args) {
  if (const auto version = VersionAnswer("operator", args)) {
    std::cout << *version;
    return 0;
  }
  absl::StatusOr<std::unique_ptr<StopSignals>> signals = StopSignals::Install();
  if (!signals.ok()) {
    std::cerr << "operator: " << signals.status().message() << "\n";
    return 1;
  }
  RealClock clock;
  const absl::Status status = Run(args, clock, (*signals)->token());
  if (status.ok()) return 0;
  std::cerr << "operator: " << status.message() << "\n";
  if ((*signals)->signal() != 0) return 128 + (*signals)->signal();
  return absl::IsInvalidArgument(status) ? 2 : 1;
}

}  // namespace kaito::controller
