// The provisioner as a program of its own: turns Machines and NodeClaims of a
// cluster into nodes.
//
//   provisioner --kubeconfig ~/.kube/config --provider local

#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/log/log.h"
#include "kaito/base/process/stop_signals.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/version/version.h"
#include "kaito/kube/client/access_loader.h"
#include "kaito/kube/client/cluster_access.h"
#include "kaito/kube/client/http_api_client.h"
#include "kaito/kube/metrics/registry.h"
#include "kaito/provisioner/controller/provisioner.h"
#include "kaito/provisioner/local/local_provider.h"
#include "kaito/provisioner/types/provider.h"

namespace kaito::provisioner {
namespace {

enum class ProviderKind { kLocal };

struct Options {
  kube::AccessOptions access;
  ProviderKind provider = ProviderKind::kLocal;
  std::string node_name;
  ProvisionerOptions provisioner;
};

std::optional<std::string> ReadEnv(absl::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

// Nothing: help was asked for, and shown.
absl::StatusOr<std::optional<Options>> ParseOptions(
    const std::vector<std::string>& args) {
  Options options;
  options.access.env = ReadEnv;
  options.node_name = ReadEnv("HOSTNAME").value_or("");
  LifecycleTimeouts& timeouts = options.provisioner.timeouts;
  FlagSet flags("provisioner", "Turns Machines and NodeClaims into nodes.");
  flags.Group("Cluster");
  flags
      .Add("kubeconfig", &options.access.kubeconfig,
           "How to reach the cluster; else as kubectl and pods find it.")
      .Value("FILE");
  flags
      .Add("context", &options.access.context,
           "Of the kubeconfig; else its current one.")
      .Value("NAME");
  flags.Group("Nodes");
  flags.AddEnum(
      "provider", &options.provider, {{"local", ProviderKind::kLocal}},
      "Who makes nodes. local: the node that --node-name names stands "
      "in for every instance type.");
  flags.Add("node-name", &options.node_name, "The node of provider local.")
      .Value("NAME");
  flags.Add("launch-timeout", &timeouts.launch,
            "A claim without an instance is given up after this.");
  flags.Add("registration-timeout", &timeouts.registration,
            "An instance whose node does not join is given up after this.");
  flags.Add("initialization-timeout", &timeouts.initialization,
            "A node that does not get ready is given up after this.");
  flags.Example("provisioner --kubeconfig ~/.kube/config --node-name worker-1");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return std::nullopt;
  }
  if (options.node_name.empty()) {
    return absl::InvalidArgumentError(
        "--node-name: the provider local needs the name of its node");
  }
  options.provisioner.instance = options.node_name;
  return options;
}

absl::Status Run(const std::vector<std::string>& args) {
  KAITO_ASSIGN_OR_RETURN(std::optional<Options> options, ParseOptions(args));
  if (!options.has_value()) return absl::OkStatus();
  RealClock clock;
  kube::MetricRegistry metrics;
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<StopSignals> signals,
                         StopSignals::Install());
  KAITO_ASSIGN_OR_RETURN(kube::ClusterAccess access,
                         kube::LoadClusterAccess(options->access));
  KAITO_LOG(INFO, "provisioner starts", {{"cluster", access.origin}});
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<kube::HttpApiClient> client,
      kube::HttpApiClient::Connect(clock, std::move(access),
                                   {.user_agent = "kaito-provisioner"}));
  LocalProvider provider(
      {.node_name = options->node_name, .machine = DescribeThisMachine("/")});
  options->provisioner.metrics = &metrics;
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<Provisioner> provisioner,
      StartProvisioner(*client, provider, clock, options->provisioner,
                       signals->token()));
  WaitFor(clock, absl::InfiniteDuration(), signals->token()).IgnoreError();
  KAITO_LOG(INFO, "provisioner ends", {{"why", signals->token().status()}});
  return absl::OkStatus();
}

}  // namespace
}  // namespace kaito::provisioner

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (const auto version = kaito::VersionAnswer("provisioner", args)) {
    std::cout << *version;
    return 0;
  }
  const absl::Status status = kaito::provisioner::Run(args);
  if (status.ok()) return 0;
  std::cerr << "provisioner: " << status.message() << "\n";
  // 2: what was given is wrong; 1: the rest.
  return absl::IsInvalidArgument(status) ? 2 : 1;
}
