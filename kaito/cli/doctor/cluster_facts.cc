#include "kaito/cli/doctor/cluster_facts.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/machine/node_claim.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/message.h"
#include "kaito/base/json/value.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/cli/access/connect.h"
#include "kaito/cli/doctor/findings.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::cli {
namespace {

struct Right {
  absl::string_view verb;
  absl::string_view group;
  absl::string_view resource;
  absl::string_view subresource;

  std::string Name() const {
    return absl::StrCat(verb, " ", resource, group.empty() ? "" : ".", group,
                        subresource.empty() ? "" : "/", subresource);
  }
};

// What this program and the walk-through do.
constexpr Right kRights[] = {
    {"create", "kaito.sh", "workspaces", ""},
    {"delete", "kaito.sh", "workspaces", ""},
    {"list", "", "pods", ""},
    {"get", "", "pods", "log"},
    {"create", "", "secrets", ""},
    {"create", "", "services", "proxy"},
};

// NotFound where the server does not tell rights.
absl::StatusOr<bool> May(kube::ApiClient& client, const Right& right,
                         const std::string& ns, const StopToken& stop) {
  json::Value review = json::Object{{"apiVersion", "authorization.k8s.io/v1"},
                                    {"kind", "SelfSubjectAccessReview"}};
  review["spec"]["resourceAttributes"] =
      json::Object{{"namespace", ns},
                   {"verb", right.verb},
                   {"group", right.group},
                   {"resource", right.resource},
                   {"subresource", right.subresource}};
  const absl::StatusOr<json::Value> answer =
      client.Create({"authorization.k8s.io", "v1", "selfsubjectaccessreviews"},
                    "", review, {}, stop);
  if (!answer.ok()) return answer.status();
  const json::Value* allowed = answer->FindPath({"status", "allowed"});
  return allowed != nullptr && allowed->boolean().value_or(false);
}

absl::Status TryListing(kube::ApiClient& client,
                        const api::GroupVersionResource& gvr,
                        const std::string& ns, const StopToken& stop) {
  return client.List(gvr, ns, {.limit = 1}, stop).status();
}

}  // namespace

ClusterFacts LookAtCluster(kube::ApiClient& client, const std::string& origin,
                           const std::string& ns, const StopToken& stop) {
  ClusterFacts facts = {.origin = origin};
  facts.workspaces = TryListing(client, WorkspaceGvr(), ns, stop);
  if (!facts.workspaces.ok()) return facts;
  facts.machines = TryListing(client, api::Machine::kKind.gvr(), "", stop);
  facts.node_claims = TryListing(client, api::NodeClaim::kKind.gvr(), "", stop);
  for (const Right& right : kRights) {
    const absl::StatusOr<bool> may = May(client, right, ns, stop);
    if (!may.ok()) break;
    if (!*may) facts.denied.push_back(right.Name());
  }
  return facts;
}

RegistryFacts LookAtRegistry(absl::string_view registry, Clock& clock,
                             const StopToken& stop) {
  const absl::string_view host = registry.substr(0, registry.find('/'));
  const bool local =
      absl::StartsWith(host, "127.") || absl::StartsWith(host, "localhost");
  RegistryFacts facts = {
      .url = absl::StrCat(local ? "http://" : "https://", host, "/v2/")};
  absl::StatusOr<std::unique_ptr<http::Client>> client = http::Client::Create(
      clock, {.proxy_from = local ? http::ProxyFrom::kNowhere
                                  : http::ProxyFrom::kEnvironment,
              .user_agent = "kubectl-kaito"});
  if (!client.ok()) {
    facts.reached = client.status();
    return facts;
  }
  const absl::StatusOr<http::Response> response = (*client)->Do(
      {.url = facts.url, .timeout = absl::Seconds(10), .max_body_bytes = 65536},
      stop);
  facts.reached = response.status();
  if (response.ok()) facts.code = response->code;
  return facts;
}

}  // namespace kaito::cli
