#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kaito/api/core/node.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/provisioner/controller/claim_reconciler.h"
#include "kaito/provisioner/controller/provisioner.h"
#include "kaito/provisioner/lifecycle/claim.h"
#include "kaito/provisioner/types/provider.h"

namespace kaito::provisioner {
namespace {

// Rounds in which something must have looked lost before anything is done.
constexpr int64_t kSightings = 2;

absl::StatusOr<std::vector<Claim>> AllClaims(kube::ApiClient& client,
                                             const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(std::vector<Claim> claims,
                         ListClaims(client, ClaimKind::kMachine, stop));
  KAITO_ASSIGN_OR_RETURN(std::vector<Claim> others,
                         ListClaims(client, ClaimKind::kNodeClaim, stop));
  for (Claim& claim : others) claims.push_back(std::move(claim));
  return claims;
}

absl::StatusOr<bool> IsNodeAlive(kube::ApiClient& client, const Claim& claim,
                                 const StopToken& stop) {
  if (claim.node_name().empty()) return false;
  const absl::StatusOr<json::Value> object =
      client.Get(api::Node::kKind.gvr(), {"", claim.node_name()}, stop);
  if (absl::IsNotFound(object.status())) return false;
  KAITO_RETURN_IF_ERROR(object.status());
  KAITO_ASSIGN_OR_RETURN(const api::Node node,
                         api::DecodeOrError<api::Node>(*object, "Node"));
  return api::IsNodeReady(node);
}

}  // namespace

// The orders of the lists matter: what was made between two of them must not
// look lost. So claims are listed before instances for lost instances of
// claims, and once more after them for lost claims of instances.
absl::Status Sweep(kube::ApiClient& client, Provider& provider, absl::Time now,
                   absl::Duration leaked_after,
                   std::map<std::string, int64_t>& suspects,
                   const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<Claim> before,
                         AllClaims(client, stop));
  KAITO_ASSIGN_OR_RETURN(const std::vector<Instance> instances,
                         provider.List(stop));
  KAITO_ASSIGN_OR_RETURN(const std::vector<Claim> after,
                         AllClaims(client, stop));
  std::map<std::string, int64_t> seen;
  const auto seen_enough = [&](const std::string& what) {
    const auto found = suspects.find(what);
    seen[what] = (found == suspects.end() ? 0 : found->second) + 1;
    return seen[what] >= kSightings;
  };

  std::set<std::string> ids;
  for (const Instance& instance : instances) ids.insert(instance.provider_id);
  for (const Claim& claim : before) {
    if (claim.deleting() || !claim.IsTrue(Phase::kRegistered) ||
        ids.contains(claim.provider_id()) ||
        provider.KeepsNode(claim.node_name())) {
      continue;
    }
    KAITO_ASSIGN_OR_RETURN(const bool alive, IsNodeAlive(client, claim, stop));
    const std::string& name = claim.metadata().name;
    if (alive || !seen_enough(absl::StrCat("claim ", claim.metadata().uid))) {
      continue;
    }
    KAITO_LOG(WARNING, "the claim's instance is gone; deleting the claim",
              {{"claim", name}});
    const absl::Status deleted =
        client.Delete(KindOf(claim.kind()).gvr(), {"", name},
                      {.uid = claim.metadata().uid}, stop);
    if (!deleted.ok() && !absl::IsNotFound(deleted)) return deleted;
  }

  std::set<std::string> names;
  for (const Claim& claim : after) names.insert(claim.metadata().name);
  for (const Instance& instance : instances) {
    if (names.contains(instance.claim) ||
        now - instance.created < leaked_after ||
        !seen_enough(absl::StrCat("instance ", instance.claim))) {
      continue;
    }
    KAITO_LOG(WARNING, "the instance's claim is gone; deleting the instance",
              {{"instance", instance.claim}, {"id", instance.provider_id}});
    const absl::Status deleted = provider.Delete(instance.claim, stop);
    if (!deleted.ok() && !absl::IsNotFound(deleted)) return deleted;
  }
  suspects = std::move(seen);
  return absl::OkStatus();
}

}  // namespace kaito::provisioner
