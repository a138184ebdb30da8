#include "kaito/operator/plan/step.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kaito::controller {

absl::string_view ActionName(Step::Action action) {
  switch (action) {
    case Step::Action::kCreate:
      return "create";
    case Step::Action::kApply:
      return "apply";
    case Step::Action::kDelete:
      return "delete";
    case Step::Action::kPatchWorkspace:
      return "patch";
    case Step::Action::kWait:
      return "wait";
  }
  return "";
}

std::string Step::ToString() const {
  if (action == Action::kWait) return absl::StrCat("wait: ", why);
  return absl::StrCat(ActionName(action), " ", kind.kind, " ", name, ": ", why);
}

bool Plan::writes() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const Step& step) { return step.writes(); });
}

std::string Plan::ToString() const {
  std::string text;
  for (const Step& step : steps) absl::StrAppend(&text, step.ToString(), "\n");
  return text;
}

}  // namespace kaito::controller
