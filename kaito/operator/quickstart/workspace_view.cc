#include "kaito/operator/quickstart/workspace_view.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/short_duration.h"
#include "kaito/base/json/value.h"

namespace kaito::controller {
namespace {

constexpr absl::string_view kClearLine = "\r\x1b[2K";
constexpr absl::string_view kUpOneLine = "\x1b[1A";

const json::Value* FindCondition(const json::Value& object,
                                 absl::string_view type) {
  const json::Value* conditions = object.FindPath({"status", "conditions"});
  if (conditions == nullptr || conditions->array() == nullptr) return nullptr;
  for (const json::Value& condition : *conditions->array()) {
    if (condition.StringAt({"type"}) == type) return &condition;
  }
  return nullptr;
}

std::string Row(const json::Value& workspace, absl::string_view name,
                absl::string_view instance, absl::string_view resource,
                absl::string_view inference, absl::string_view ready) {
  const auto width = [](absl::string_view text, int64_t least) {
    return static_cast<int>(
        std::max<int64_t>(static_cast<int64_t>(text.size()), least) + 3);
  };
  return absl::StrFormat(
      "%-*s%-*s%-16s%-17s%-17s",
      width(workspace.StringAt({"metadata", "name"}), 4), name,
      width(workspace.StringAt({"resource", "instanceType"}), 8), instance,
      resource, inference, ready);
}

std::string Values(const json::Value& workspace) {
  return Row(workspace, workspace.StringAt({"metadata", "name"}),
             workspace.StringAt({"resource", "instanceType"}),
             ConditionStatus(workspace, "ResourceReady"),
             ConditionStatus(workspace, "InferenceReady"),
             ConditionStatus(workspace, "WorkspaceReady"));
}

}  // namespace

absl::string_view ConditionStatus(const json::Value& object,
                                  absl::string_view type) {
  const json::Value* condition = FindCondition(object, type);
  return condition == nullptr ? "" : condition->StringAt({"status"});
}

absl::string_view ConditionMessage(const json::Value& object,
                                   absl::string_view type) {
  const json::Value* condition = FindCondition(object, type);
  return condition == nullptr ? "" : condition->StringAt({"message"});
}

std::string ColumnHeader(const json::Value& workspace) {
  return absl::StrCat(Row(workspace, "NAME", "INSTANCE", "RESOURCEREADY",
                          "INFERENCEREADY", "WORKSPACEREADY"),
                      "AGE");
}

std::string ColumnValues(const json::Value& workspace, absl::Duration age) {
  return absl::StrCat(Values(workspace), api::ShortDuration(age));
}

std::string ProgressLine(const json::Value& workspace) {
  const json::Value* progress = workspace.FindPath({"status", "progress"});
  if (progress == nullptr || progress->object() == nullptr) return "";
  const auto number = [&](absl::string_view name) {
    const json::Value* value = progress->Find(name);
    return value == nullptr ? 0.0 : value->number().value_or(0.0);
  };
  // The first line of a run comes before its first step.
  if (number("totalSteps") <= 0) return "";
  std::string line =
      absl::StrFormat("step %.0f/%.0f", number("step"), number("totalSteps"));
  if (progress->Find("loss") != nullptr) {
    absl::StrAppendFormat(&line, "  loss %.3f", number("loss"));
  }
  if (number("tokensPerSecond") > 0) {
    absl::StrAppendFormat(&line, "  %.0f tok/s", number("tokensPerSecond"));
  }
  if (progress->Find("etaSeconds") != nullptr) {
    absl::StrAppendFormat(&line, "  %.0f s left", number("etaSeconds"));
  }
  return line;
}

std::string WorkspaceView::Update(const json::Value& workspace,
                                  absl::Duration elapsed) {
  if (terminal_) return UpdateTerminal(workspace, elapsed);
  std::string out;
  if (!header_shown_) {
    out = absl::StrCat(ColumnHeader(workspace), "\n");
    header_shown_ = true;
  }
  if (std::string values = Values(workspace); values != last_values_) {
    absl::StrAppend(&out, values, api::ShortDuration(elapsed), "\n");
    last_values_ = std::move(values);
  }
  if (std::string line = ProgressLine(workspace);
      !line.empty() && line != last_progress_) {
    absl::StrAppend(&out, "  ", line, "\n");
    last_progress_ = std::move(line);
  }
  return out;
}

std::string WorkspaceView::UpdateTerminal(const json::Value& workspace,
                                          absl::Duration elapsed) {
  std::string out;
  if (!header_shown_) {
    out = absl::StrCat(ColumnHeader(workspace), "\n");
    header_shown_ = true;
  }
  if (lines_shown_) absl::StrAppend(&out, kUpOneLine, kUpOneLine);
  absl::StrAppend(&out, kClearLine, ColumnValues(workspace, elapsed), "\n",
                  kClearLine, ProgressLine(workspace), "\n");
  lines_shown_ = true;
  return out;
}

}  // namespace kaito::controller
