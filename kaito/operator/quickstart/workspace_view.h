#ifndef KAITO_OPERATOR_QUICKSTART_WORKSPACE_VIEW_H_
#define KAITO_OPERATOR_QUICKSTART_WORKSPACE_VIEW_H_

// A Workspace as the quick-start shows it while it changes: the columns of
// `kubectl get workspace`, and a line of the training's progress. Pure: text
// from an object; WorkspaceView remembers what was shown.
//
//   WorkspaceView view(/*terminal=*/isatty(1));
//   while (...) std::cout << view.Update(workspace, elapsed) << std::flush;

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"

namespace kaito::controller {

// "True", "False", "Unknown"; "" where there is no such condition.
absl::string_view ConditionStatus(const json::Value& object,
                                  absl::string_view type);
// The message of a condition, "" where there is none.
absl::string_view ConditionMessage(const json::Value& object,
                                   absl::string_view type);

// Two lines: NAME INSTANCE RESOURCEREADY ... and the values under it.
std::string ColumnHeader(const json::Value& workspace);
std::string ColumnValues(const json::Value& workspace, absl::Duration age);

// "step 120/450  loss 0.41  6100 tok/s  33 s left", or "" before training.
std::string ProgressLine(const json::Value& workspace);

class WorkspaceView {
 public:
  // On a terminal the last lines are drawn again in place; elsewhere a line is
  // added where something has changed.
  explicit WorkspaceView(bool terminal) : terminal_(terminal) {}

  // What to print now; often "".
  std::string Update(const json::Value& workspace, absl::Duration elapsed);

 private:
  std::string UpdateTerminal(const json::Value& workspace,
                             absl::Duration elapsed);

  const bool terminal_;
  bool header_shown_ = false;
  bool lines_shown_ = false;  // The two lines that a terminal redraws.
  std::string last_values_;   // Without the age.
  std::string last_progress_;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_QUICKSTART_WORKSPACE_VIEW_H_
