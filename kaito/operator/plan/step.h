#ifndef KAITO_OPERATOR_PLAN_STEP_H_
#define KAITO_OPERATOR_PLAN_STEP_H_

// Plan: the steps that bring the cluster nearer to what a Workspace asks for,
// as plain values that print themselves. Made by make_plan.h, done by apply/.
//
//   create Machine ws438ba4156: node 1 of 1
//   wait: for 1 node of type Standard_NC6s_v3
//
// Each step may be done twice, and the process may stop between any two.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/json/value.h"

namespace kaito::controller {

struct Step {
  enum class Action : uint8_t {
    kCreate,          // Under a name that is the same each time.
    kApply,           // Server-side: the fields that `object` has.
    kDelete,          // The object of that uid.
    kPatchWorkspace,  // Merges `object` into the Workspace.
    kWait,            // Nothing is done; `why` says what for.
  };
  Action action = Action::kWait;
  api::KindInfo kind = {};  // Of what is written.
  std::string ns;           // Empty: cluster-scoped.
  std::string name;
  std::string uid;     // kDelete.
  json::Value object;  // kCreate, kApply, kPatchWorkspace.
  std::string why;     // For logs, events and people.

  bool writes() const { return action != Action::kWait; }
  std::string ToString() const;
};

// "create", "apply", "delete", "patch" or "wait".
absl::string_view ActionName(Step::Action action);

struct Plan {
  std::vector<Step> steps;
  // When to look again though nothing is seen to change; InfiniteDuration:
  // changes are enough.
  absl::Duration requeue_after = absl::InfiniteDuration();

  bool writes() const;
  // One line for each step.
  std::string ToString() const;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_STEP_H_
