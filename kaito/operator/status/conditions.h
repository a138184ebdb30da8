#ifndef KAITO_OPERATOR_STATUS_CONDITIONS_H_
#define KAITO_OPERATOR_STATUS_CONDITIONS_H_

// Sets the conditions of one Workspace, and knows which of them apply. Private
// to status.

#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::controller {

class Conditions {
 public:
  // Starts from what the Workspace has; those that apply and are absent are
  // added as Unknown.
  Conditions(const api::Workspace& workspace, absl::Time now);

  void True(absl::string_view type, absl::string_view reason,
            absl::string_view message);
  void False(absl::string_view type, absl::string_view reason,
             absl::string_view message);
  void Unknown(absl::string_view type, absl::string_view reason,
               absl::string_view message);

  const std::vector<api::Condition>& get() const { return conditions_; }

 private:
  void Set(absl::string_view type, api::ConditionStatus status,
           absl::string_view reason, absl::string_view message);

  int64_t generation_;
  absl::Time now_;
  std::vector<api::Condition> conditions_;
};

// Types of the conditions that apply, in the order in which they come true.
std::vector<absl::string_view> ConditionsThatApply(
    const api::Workspace& workspace);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_STATUS_CONDITIONS_H_
