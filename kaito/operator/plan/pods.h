#ifndef KAITO_OPERATOR_PLAN_PODS_H_
#define KAITO_OPERATOR_PLAN_PODS_H_

// What the pods of a workload say: how its containers ended, and what keeps
// them from running.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/api/core/pod.h"

namespace kaito::controller {

// A condition's reason and message.
struct Trouble {
  std::string reason;
  std::string message;
};

// How a container ended, as docs/contract.md wants it told.
struct Ending {
  int64_t code = 0;
  std::string reason;
  std::string message;  // What happened and what to do; no tokens in it.
  std::string digest;
};

// The pods of that role that belong to the object of that uid; an empty uid:
// to any.
std::vector<const api::Pod*> PodsOf(const std::vector<api::Pod>& pods,
                                    absl::string_view role,
                                    absl::string_view owner_uid);

// The end of a container that must not be tried again unchanged (exit codes 2,
// 3 and 4).
std::optional<Ending> FindFinalFailure(
    const std::vector<const api::Pod*>& pods);
// The latest end of a container that was no success.
std::optional<Ending> FindLastFailure(const std::vector<const api::Pod*>& pods);
// The end of the container of that name that was a success.
std::optional<Ending> FindSuccess(const std::vector<const api::Pod*>& pods,
                                  absl::string_view container);

// Whether the container of that name runs, or has run.
bool HasStarted(const std::vector<const api::Pod*>& pods,
                absl::string_view container);
// The init container that runs now; "" where none does.
std::string RunningInitContainer(const std::vector<const api::Pod*>& pods);

// What keeps the pods from running or from being ready; nullopt where nothing
// is known.
std::optional<Trouble> FindTrouble(const std::vector<const api::Pod*>& pods);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_PODS_H_
