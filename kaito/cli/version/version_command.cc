#include "kaito/cli/version/version_command.h"

#include <memory>
#include <span>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/http/message.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/version/version.h"
#include "kaito/cli/access/connect.h"
#include "kaito/cli/flags/shared_flags.h"
#include "kaito/cli/text/printable.h"
#include "kaito/kube/client/cluster_access.h"
#include "kaito/kube/client/transport.h"

namespace kaito::cli {
namespace {

absl::StatusOr<std::string> ServerVersion(const SharedFlags& flags,
                                          const Context& context) {
  KAITO_ASSIGN_OR_RETURN(const kube::ClusterAccess access,
                         FindCluster(flags, context));
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<kube::Transport> transport,
      kube::ConnectToCluster(context.clock, access,
                             {.user_agent = "kubectl-kaito"}));
  KAITO_ASSIGN_OR_RETURN(
      const http::Response response,
      transport->Do({.url = "/version", .timeout = absl::Seconds(10)},
                    context.stop));
  const absl::StatusOr<json::Value> body = json::Parse(response.body);
  const std::string version(body.ok() ? body->StringAt({"gitVersion"}) : "");
  if (response.code == 200 && !version.empty()) return version;
  return absl::UnavailableError(
      absl::StrCat(access.server, ": HTTP ", response.code, " for /version"));
}

}  // namespace

absl::Status VersionCommand(std::span<const std::string> args,
                            const Context& context) {
  SharedFlags common;
  bool client_only = false;
  FlagSet set("kubectl kaito version",
              "Prints this program's version, and the API server's.");
  AddOutputFlag(common, set);
  set.Add("client", &client_only, "Asks no server.");
  AddClusterFlags(common, set);
  set.Example("kubectl kaito version --client -o json");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed,
                         set.Parse(WithLongNames(args)));
  if (parsed.help) {
    context.out << set.Help();
    return absl::OkStatus();
  }
  const absl::StatusOr<std::string> server =
      client_only ? absl::NotFoundError("not asked")
                  : ServerVersion(common, context);
  if (common.output == OutputFormat::kJson) {
    json::Value document = json::Object{{"client", kVersion}};
    if (server.ok()) document["server"] = *server;
    context.out << json::Write(document, {.indent = 2}) << "\n";
    return absl::OkStatus();
  }
  context.out << "kubectl-kaito " << kVersion << "\n";
  if (client_only) return absl::OkStatus();
  context.out << "API server "
              << (server.ok()
                      ? Printable(*server)
                      : absl::StrCat("unknown: ",
                                     Printable(server.status().message())))
              << "\n";
  return absl::OkStatus();
}

}  // namespace kaito::cli
