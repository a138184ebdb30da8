#include "kaito/operator/plan/nodes.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/api/machine/claim_builder.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/render/claim.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {
namespace {

// More claims for one node than that are never being deleted at once.
constexpr int64_t kMostAttempts = 100;

bool Contains(const std::vector<std::string>& list, const std::string& item) {
  return std::find(list.begin(), list.end(), item) != list.end();
}

bool HasNode(const std::vector<ObservedNode>& nodes, absl::string_view name) {
  return std::any_of(nodes.begin(), nodes.end(),
                     [&](const ObservedNode& n) { return n.name == name; });
}

bool IsCandidate(const ObservedNode& node, const api::Workspace& workspace,
                 bool creates_nodes) {
  if (!node.ready || node.deleting || !node.matches_labels) return false;
  if (Contains(workspace.resource.preferred_nodes, node.name)) return true;
  return !creates_nodes ||
         absl::EqualsIgnoreCase(node.instance_type,
                                workspace.resource.instance_type);
}

// The attempt under which to ask for that node; -1: it is asked for already.
int64_t NextAttempt(const api::Workspace& workspace, int64_t ordinal,
                    const std::vector<ObservedClaim>& claims) {
  int64_t next = -1;
  for (int64_t attempt = 0; attempt < kMostAttempts; ++attempt) {
    const std::string name =
        api::ClaimName(workspace.metadata.uid, ordinal, attempt);
    const auto it =
        std::find_if(claims.begin(), claims.end(),
                     [&](const ObservedClaim& c) { return c.name == name; });
    if (it != claims.end() && !it->deleting) return -1;
    if (it == claims.end() && next < 0) next = attempt;
  }
  return next;
}

std::string Describe(const ObservedClaim& claim, absl::string_view kind) {
  if (!claim.obstacle.empty()) {
    return absl::StrCat(kind, " ", claim.name, ": ", claim.obstacle);
  }
  if (claim.ready) {
    return absl::StrCat("node ", claim.node_name, " of ", kind, " ", claim.name,
                        " is not ready");
  }
  return absl::StrCat(kind, " ", claim.name, " is not ", claim.next_step,
                      " yet");
}

}  // namespace

std::string Count(int64_t n, const std::string& noun) {
  return absl::StrCat(n, " ", noun, n == 1 ? "" : "s");
}

std::string NodeChoice::Message(const api::Workspace& workspace,
                                const Settings& settings) const {
  const auto have = static_cast<int64_t>(selected.size());
  if (enough()) {
    return absl::StrCat(have, " of ", wanted, " nodes ",
                        wanted == 1 ? "is" : "are", " ready.");
  }
  const std::string type =
      workspace.resource.instance_type.empty()
          ? ""
          : absl::StrCat(" of type ", workspace.resource.instance_type);
  std::string message =
      absl::StrCat("Waiting for ", Count(wanted - have, "node"), type);
  if (!settings.node_auto_provisioning) {
    return absl::StrCat(message,
                        ": no more ready nodes have the labels of "
                        "resource.labelSelector. Add nodes with them, or label "
                        "some; none are created here.");
  }
  std::vector<std::string> parts;
  const absl::string_view kind = ClaimKindInfo(settings.claim_kind).kind;
  for (const ObservedClaim& claim : pending) {
    parts.push_back(Describe(claim, kind));
  }
  for (const ClaimOrdinal& claim : to_create) {
    parts.push_back(absl::StrCat(
        kind, " ",
        api::ClaimName(workspace.metadata.uid, claim.ordinal, claim.attempt),
        " is not launched yet"));
  }
  if (parts.empty()) return absl::StrCat(message, ".");
  std::string all = absl::StrJoin(parts, "; ");
  if (!absl::EndsWith(all, ".")) all += ".";
  return absl::StrCat(message, ": ", all);
}

NodeChoice ChooseNodes(const api::Workspace& workspace,
                       const Snapshot& snapshot, const Settings& settings) {
  NodeChoice choice = {.wanted = workspace.resource.count};
  std::vector<ObservedNode> nodes;
  for (const ObservedNode& node : snapshot.nodes) {
    if (IsCandidate(node, workspace, settings.node_auto_provisioning)) {
      nodes.push_back(node);
    }
  }
  const auto rank = [&](const ObservedNode& n) {
    return std::make_tuple(
        !Contains(workspace.resource.preferred_nodes, n.name),
        !Contains(workspace.status.worker_nodes, n.name), !n.created_by_claim,
        absl::string_view(n.name));
  };
  std::sort(nodes.begin(), nodes.end(),
            [&](const ObservedNode& a, const ObservedNode& b) {
              return rank(a) < rank(b);
            });
  if (static_cast<int64_t>(nodes.size()) > choice.wanted) {
    nodes.resize(choice.wanted);
  }
  choice.selected = std::move(nodes);
  if (choice.enough() || !settings.node_auto_provisioning) return choice;

  for (const ObservedClaim& claim : snapshot.claims) {
    if (!claim.deleting && !HasNode(choice.selected, claim.node_name)) {
      choice.pending.push_back(claim);
    }
  }
  int64_t missing = choice.wanted -
                    static_cast<int64_t>(choice.selected.size()) -
                    static_cast<int64_t>(choice.pending.size());
  // Ordinals of live claims are passed over, so that this ends.
  for (int64_t ordinal = 0; missing > 0 && ordinal < 2 * choice.wanted;
       ++ordinal) {
    const int64_t attempt = NextAttempt(workspace, ordinal, snapshot.claims);
    if (attempt < 0) continue;
    choice.to_create.push_back({.ordinal = ordinal, .attempt = attempt});
    --missing;
  }
  return choice;
}

}  // namespace kaito::controller
