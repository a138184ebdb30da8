// The API server alone, for tests and for looking at it by hand:
//
//   bazel run //kaito/standalone/apiserver/server:apiserver -- --data-dir /tmp/kaito
//   export KUBECONFIG=/tmp/kaito/kubeconfig

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kaito/api/machine/crd.h"
#include "kaito/api/workspace/crd.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/process/stop_signals.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/standalone/apiserver/server/api_server.h"

namespace kaito::apiserver {
namespace {

absl::Status Main(const std::vector<std::string>& args) {
  std::string data_dir;
  int64_t port = 0;
  FlagSet flags("apiserver", "A Kubernetes API server for one machine.");
  flags.Add("data-dir", &data_dir, "Where objects and the kubeconfig live.")
      .Value("DIR")
      .Required();
  flags.Add("port", &port, "0: any free one.");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::fputs(flags.Help().c_str(), stdout);
    return absl::OkStatus();
  }
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<StopSignals> signals,
                         StopSignals::Install());
  KAITO_RETURN_IF_ERROR(MakeDirs(data_dir, 0700));
  RealClock clock;
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<ApiServer> server,
      ApiServer::Start(
          clock, {.data_dir = data_dir,
                  .port = static_cast<int>(port),
                  .definitions = {api::WorkspaceCrd({}), api::MachineCrd({}),
                                  api::NodeClaimCrd({})}}));
  std::printf("%s\nexport KUBECONFIG=%s\n", server->url().c_str(),
              server->kubeconfig_path().c_str());
  std::fflush(stdout);
  Notification stopped;
  const StopCallback wake = signals->token().OnStop([&] { stopped.Notify(); });
  stopped.Wait();
  server->Stop(absl::Seconds(2));
  return absl::OkStatus();
}

}  // namespace
}  // namespace kaito::apiserver

int main(int argc, char** argv) {
  const absl::Status status =
      kaito::apiserver::Main(std::vector<std::string>(argv + 1, argv + argc));
  if (status.ok()) return 0;
  std::fprintf(stderr, "apiserver: %s\n", status.ToString().c_str());
  return absl::IsInvalidArgument(status) ? 2 : 1;
}
