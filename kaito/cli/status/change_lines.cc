#include "kaito/cli/status/change_lines.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/cli/status/describe.h"
#include "kaito/cli/status/workspace_report.h"
#include "kaito/cli/text/printable.h"

namespace kaito::cli {
namespace {

std::string ConditionText(const json::Value& condition) {
  return Printable(absl::StrCat(
      condition.StringAt({"type"}), " ", condition.StringAt({"status"}), " ",
      condition.StringAt({"reason"}), ": ", condition.StringAt({"message"})));
}

}  // namespace

std::string ChangeLines::Update(const WorkspaceReport& report, absl::Time now) {
  const std::string time =
      absl::FormatTime("%H:%M:%S ", now, absl::UTCTimeZone());
  std::string out;
  const auto say = [&](const std::string& what, const std::string& text) {
    std::string& last = said_[what];
    if (text == last || text.empty()) return;
    last = text;
    absl::StrAppend(&out, time, text, "\n");
  };
  for (const json::Value& object : report.objects) {
    say(absl::StrCat("object ", object.StringAt({"metadata", "uid"})),
        ObjectText(object));
  }
  const json::Value* conditions =
      report.workspace.FindPath({"status", "conditions"});
  if (conditions != nullptr && conditions->array() != nullptr) {
    for (const json::Value& condition : *conditions->array()) {
      say(absl::StrCat("condition ", condition.StringAt({"type"})),
          ConditionText(condition));
    }
  }
  say("progress", ProgressText(report.workspace));
  for (const json::Value& event : report.events) {
    const json::Value* count = event.Find("count");
    const bool is_new =
        events_
            .insert(absl::StrCat(
                event.StringAt({"metadata", "uid"}), " ",
                count == nullptr ? 0 : count->integer().value_or(0)))
            .second;
    if (!is_new) continue;
    absl::StrAppend(&out, time,
                    Printable(absl::StrCat(event.StringAt({"type"}), " event ",
                                           event.StringAt({"reason"}), ": ",
                                           event.StringAt({"message"}))),
                    "\n");
  }
  return out;
}

}  // namespace kaito::cli
