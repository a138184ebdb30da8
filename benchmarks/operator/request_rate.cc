// How many objects an API server creates and gives a second, asked by several
// clients at once, and how long the validation of a Workspace takes. Prints one
// line of JSON; control_plane.py runs it.
//
//   request_rate --kubeconfig FILE --clients 4 --seconds 5
//   request_rate --workspace workspace.yaml
#include <atomic>
#include <cstdint>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/kube/client/access_loader.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/client/cluster_access.h"
#include "kaito/kube/client/http_api_client.h"
#include "kaito/operator/webhook/admission.h"

namespace kaito {
namespace {

const api::GroupVersionResource kConfigMaps = {"", "v1", "configmaps"};

struct Options {
  std::string kubeconfig;
  std::string workspace;
  int64_t clients = 4;
  int64_t seconds = 5;
};

// Some 300 bytes, as small objects of a cluster are.
json::Value ConfigMap(const std::string& name) {
  json::Value object =
      json::Object{{"apiVersion", "v1"}, {"kind", "ConfigMap"}};
  object["metadata"]["name"] = name;
  object["data"]["text"] = std::string(200, 'x');
  return object;
}

using Request =
    std::function<absl::Status(kube::ApiClient& client, int64_t number)>;

// Requests a second; each client has a connection of its own.
absl::StatusOr<double> Rate(RealClock& clock, const kube::ClusterAccess& access,
                            const Options& options, const Request& request) {
  std::vector<std::unique_ptr<kube::HttpApiClient>> clients;
  for (int64_t i = 0; i < options.clients; ++i) {
    KAITO_ASSIGN_OR_RETURN(
        clients.emplace_back(),
        kube::HttpApiClient::Connect(
            clock, access, {.limit = {.per_second = 1e6, .burst = 1e6}}));
  }
  std::atomic<int64_t> next = 0;
  std::vector<absl::Status> failures(clients.size());
  const SteadyTime begin = clock.NowSteady();
  const SteadyTime end = begin + absl::Seconds(options.seconds);
  {
    std::vector<Thread> threads;
    for (size_t i = 0; i < clients.size(); ++i) {
      KAITO_ASSIGN_OR_RETURN(
          threads.emplace_back(), Thread::Start("client", [&, i] {
            while (failures[i].ok() && clock.NowSteady() < end) {
              failures[i] = request(*clients[i], next++);
            }
          }));
    }
  }
  for (const absl::Status& failure : failures) KAITO_RETURN_IF_ERROR(failure);
  return static_cast<double>(next.load()) /
         absl::ToDoubleSeconds(clock.NowSteady() - begin);
}

absl::Status MeasureServer(RealClock& clock, const Options& options,
                           json::Value& result) {
  KAITO_ASSIGN_OR_RETURN(
      const kube::ClusterAccess access,
      kube::LoadClusterAccess({.kubeconfig = options.kubeconfig}));
  const std::string run = absl::StrCat(absl::ToUnixMillis(clock.Now()));
  const auto name = [&](int64_t number) {
    return absl::StrCat("rate-", run, "-", number);
  };
  KAITO_ASSIGN_OR_RETURN(
      const double creates,
      Rate(clock, access, options, [&](kube::ApiClient& client, int64_t n) {
        return client
            .Create(kConfigMaps, "default", ConfigMap(name(n)), {}, StopToken())
            .status();
      }));
  KAITO_ASSIGN_OR_RETURN(
      const double gets,
      Rate(clock, access, options, [&](kube::ApiClient& client, int64_t n) {
        return client.Get(kConfigMaps, {"default", name(n % 1000)}, StopToken())
            .status();
      }));
  result["creates_per_second"] = creates;
  result["gets_per_second"] = gets;
  result["clients"] = options.clients;
  return absl::OkStatus();
}

absl::Status MeasureValidation(RealClock& clock, const Options& options,
                               json::Value& result) {
  KAITO_ASSIGN_OR_RETURN(const std::string text,
                         ReadFile(options.workspace, 1 << 20));
  KAITO_ASSIGN_OR_RETURN(const yaml::Document document, yaml::Parse(text));
  json::Value workspace = document.value;
  workspace["apiVersion"] = "kaito.sh/v1beta1";
  constexpr int kTimes = 5000;
  size_t errors = 0;
  const SteadyTime begin = clock.NowSteady();
  for (int i = 0; i < kTimes; ++i) {
    errors += controller::Admit(nullptr, workspace, {}).errors.errors().size();
  }
  result["validation_us"] =
      absl::ToDoubleMicroseconds(clock.NowSteady() - begin) / kTimes;
  if (errors != 0) return absl::InternalError("the Workspace is not valid");
  return absl::OkStatus();
}

absl::Status Run(const std::vector<std::string>& args) {
  Options options;
  FlagSet flags("request_rate", "Measures an API server and validation.");
  flags.Add("kubeconfig", &options.kubeconfig, "Of the API server.")
      .Value("FILE");
  flags.Add("workspace", &options.workspace, "To validate.").Value("FILE");
  flags.Add("clients", &options.clients, "How many ask at once.");
  flags.Add("seconds", &options.seconds, "For how long, each way.");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return absl::OkStatus();
  }
  RealClock clock;
  json::Value result = json::Object();
  if (!options.kubeconfig.empty()) {
    KAITO_RETURN_IF_ERROR(MeasureServer(clock, options, result));
  }
  if (!options.workspace.empty()) {
    KAITO_RETURN_IF_ERROR(MeasureValidation(clock, options, result));
  }
  std::cout << json::Write(result) << std::endl;
  return absl::OkStatus();
}

}  // namespace
}  // namespace kaito

int main(int argc, char** argv) {
  const absl::Status status =
      kaito::Run(std::vector<std::string>(argv + 1, argv + argc));
  if (status.ok()) return 0;
  std::cerr << "request_rate: " << status.message() << "\n";
  return 1;
}
