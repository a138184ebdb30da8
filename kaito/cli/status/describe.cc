#include "kaito/cli/status/describe.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/short_duration.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/workspace/names.h"
#include "kaito/base/json/value.h"
#include "kaito/cli/status/workspace_report.h"
#include "kaito/cli/text/printable.h"
#include "kaito/cli/text/table.h"

namespace kaito::cli {
namespace {

constexpr int64_t kMaxMessageBytes = 2000;
constexpr size_t kShownEvents = 5;
constexpr int64_t kLineWidth = 10;  // Of "State", "Model" and so on.

using Path = std::initializer_list<absl::string_view>;

std::string Text(const json::Value& object, Path path) {
  return Printable(object.StringAt(path), kMaxMessageBytes);
}

int64_t Whole(const json::Value& object, Path path) {
  const json::Value* value = object.FindPath(path);
  return value == nullptr ? 0 : value->integer().value_or(0);
}

const json::Array& Items(const json::Value& object, Path path) {
  static const auto* none = new json::Array();
  const json::Value* value = object.FindPath(path);
  return value == nullptr || value->array() == nullptr ? *none
                                                       : *value->array();
}

const json::Value* FindCondition(const json::Value& object,
                                 absl::string_view type) {
  for (const json::Value& condition : Items(object, {"status", "conditions"})) {
    if (condition.StringAt({"type"}) == type) return &condition;
  }
  return nullptr;
}

std::string ConditionStatus(const json::Value& object, absl::string_view type) {
  const json::Value* condition = FindCondition(object, type);
  return condition == nullptr ? "" : Text(*condition, {"status"});
}

std::string AgeOf(absl::string_view timestamp, absl::Time now) {
  const absl::StatusOr<absl::Time> time = api::ParseTimestamp(timestamp);
  return time.ok()
             ? api::ShortDuration(std::max(now - *time, absl::ZeroDuration()))
             : "";
}

std::optional<double> Progress(const json::Value& workspace,
                               absl::string_view name) {
  const json::Value* value = workspace.FindPath({"status", "progress", name});
  return value == nullptr ? std::nullopt : value->number();
}

std::string Number(const std::optional<double>& value, const char* unit) {
  return value ? absl::StrFormat("%.0f%s", *value, unit) : "";
}

void AddLine(absl::string_view name, absl::string_view value,
             std::string& out) {
  if (value.empty()) return;
  absl::StrAppend(
      &out,
      absl::StrFormat("%-*s", static_cast<int>(kLineWidth), std::string(name)),
      value, "\n");
}

std::string ModelOf(const json::Value& workspace) {
  const bool tunes = workspace.Find("tuning") != nullptr;
  std::string model =
      Text(workspace, {tunes ? "tuning" : "inference", "preset", "name"});
  if (model.empty()) return "";
  return tunes ? absl::StrCat(model, ", tuned by ",
                              Text(workspace, {"tuning", "method"}))
               : model;
}

std::string OutputOf(const json::Value& workspace) {
  const std::string image = Text(workspace, {"status", "output", "image"});
  if (!image.empty()) {
    return absl::StrCat(image, "@",
                        Text(workspace, {"status", "output", "digest"}));
  }
  const std::string wanted = Text(workspace, {"tuning", "output", "image"});
  return wanted.empty() ? "" : absl::StrCat(wanted, " (not yet)");
}

// "ready", or the message of what is not.
std::string ReadyText(const json::Value& object) {
  if (!object.StringAt({"metadata", "deletionTimestamp"}).empty()) {
    return "being deleted";
  }
  const json::Value* ready = FindCondition(object, "Ready");
  if (ready == nullptr) return "nothing said yet";
  if (ready->StringAt({"status"}) == "True") return "ready";
  const std::string message = Text(*ready, {"message"});
  return absl::StrCat("not ready", message.empty() ? "" : ": ", message);
}

// "waiting (ErrImagePull)", "exit code 2", "running".
std::string ContainerText(const json::Value& status) {
  if (const json::Value* waiting = status.FindPath({"state", "waiting"})) {
    return absl::StrCat("waiting (", Text(*waiting, {"reason"}), ")");
  }
  if (const json::Value* ended = status.FindPath({"state", "terminated"})) {
    return absl::StrCat("ended with ", Whole(*ended, {"exitCode"}));
  }
  return status.FindPath({"state", "running"}) != nullptr ? "running" : "";
}

std::string PodText(const json::Value& pod) {
  std::vector<std::string> parts = {Text(pod, {"status", "phase"})};
  int64_t restarts = 0;
  for (const absl::string_view list :
       {"initContainerStatuses", "containerStatuses"}) {
    for (const json::Value& status : Items(pod, {"status", list})) {
      restarts += Whole(status, {"restartCount"});
      const std::string text = ContainerText(status);
      const bool usual =
          text.empty() || text == "running" || text == "ended with 0";
      if (!usual) {
        parts.push_back(absl::StrCat(Text(status, {"name"}), " ", text));
      }
    }
  }
  if (FindCondition(pod, "Ready") != nullptr &&
      ConditionStatus(pod, "Ready") == "True") {
    parts.push_back("ready");
  }
  if (restarts > 0) parts.push_back(absl::StrCat(restarts, " restarts"));
  return absl::StrJoin(parts, ", ");
}

std::string JobText(const json::Value& job) {
  const int64_t failed = Whole(job, {"status", "failed"});
  std::string text = Whole(job, {"status", "succeeded"}) > 0 ? "done"
                     : Whole(job, {"status", "active"}) > 0  ? "running"
                     : ConditionStatus(job, "Failed") == "True"
                         ? "failed"
                         : "being started";
  if (failed > 0) absl::StrAppend(&text, ", ", failed, " failed pods");
  return text;
}

std::string ServiceText(const json::Value& service) {
  std::vector<std::string> ports;
  for (const json::Value& port : Items(service, {"spec", "ports"})) {
    ports.push_back(
        absl::StrCat(Whole(port, {"port"}), "/", Text(port, {"protocol"})));
  }
  return absl::StrCat(Text(service, {"spec", "clusterIP"}), " ",
                      absl::StrJoin(ports, ","));
}

std::string StateOf(const json::Value& object) {
  const absl::string_view kind = object.StringAt({"kind"});
  if (kind == "Machine" || kind == "NodeClaim") {
    const std::string node = Text(object, {"status", "nodeName"});
    return absl::StrCat(ReadyText(object), node.empty() ? "" : ", node ", node);
  }
  if (kind == "Job") return JobText(object);
  if (kind == "Pod") return PodText(object);
  if (kind == "Service") return ServiceText(object);
  return absl::StrCat(Whole(object, {"status", "readyReplicas"}), " of ",
                      Whole(object, {"spec", "replicas"}), " ready");
}

void AddConditions(const WorkspaceReport& report, int64_t width,
                   std::string& out) {
  for (const json::Value& condition :
       Items(report.workspace, {"status", "conditions"})) {
    absl::StrAppend(
        &out, absl::StrFormat("  %-20s %-8s %s\n", Text(condition, {"type"}),
                              Text(condition, {"status"}),
                              Text(condition, {"reason"})));
    absl::StrAppend(&out, Wrap(Text(condition, {"message"}), 4, width));
  }
}

void AddEvents(const WorkspaceReport& report, absl::Time now, int64_t width,
               std::string& out) {
  const size_t all = report.events.size();
  for (size_t i = all - std::min(all, kShownEvents); i < all; ++i) {
    const json::Value& event = report.events[i];
    const int64_t count = Whole(event, {"count"});
    absl::StrAppend(
        &out,
        absl::StrFormat(
            "  %-5s %-8s %s%s\n", AgeOf(event.StringAt({"lastTimestamp"}), now),
            Text(event, {"type"}), Text(event, {"reason"}),
            count > 1 ? absl::StrCat(" (", count, "x)") : std::string()));
    absl::StrAppend(&out, Wrap(Text(event, {"message"}), 4, width));
  }
}

}  // namespace

std::string ProgressText(const json::Value& workspace) {
  const std::optional<double> step = Progress(workspace, "step");
  // The first line of a run comes before its first step.
  if (!step || Progress(workspace, "totalSteps").value_or(0) <= 0) return "";
  std::string text = absl::StrFormat(
      "step %.0f/%.0f", *step, Progress(workspace, "totalSteps").value_or(0));
  if (const auto loss = Progress(workspace, "loss")) {
    absl::StrAppendFormat(&text, "  loss %.3f", *loss);
  }
  if (const auto speed = Progress(workspace, "tokensPerSecond");
      speed.value_or(0) > 0) {
    absl::StrAppendFormat(&text, "  %.0f tok/s", *speed);
  }
  if (const auto eta = Progress(workspace, "etaSeconds"); eta.value_or(0) > 0) {
    absl::StrAppendFormat(&text, "  %.0f s left", *eta);
  }
  return text;
}

std::string ObjectText(const json::Value& object) {
  return absl::StrCat(Text(object, {"kind"}), " ",
                      Text(object, {"metadata", "name"}), ": ",
                      StateOf(object));
}

std::string ListWorkspaces(const std::vector<json::Value>& workspaces,
                           absl::Time now, bool with_namespace) {
  std::vector<std::string> header = {
      "NAME",           "INSTANCE",       "RESOURCEREADY",
      "INFERENCEREADY", "WORKSPACEREADY", "STATE",
      "STEP",           "LOSS",           "AGE"};
  if (with_namespace) header.insert(header.begin(), "NAMESPACE");
  std::vector<std::vector<std::string>> rows;
  for (const json::Value& workspace : workspaces) {
    const auto loss = Progress(workspace, "loss");
    std::vector<std::string> row = {
        Text(workspace, {"metadata", "name"}),
        Text(workspace, {"resource", "instanceType"}),
        ConditionStatus(workspace, api::condition::kResourceReady),
        ConditionStatus(workspace, api::condition::kInferenceReady),
        ConditionStatus(workspace, api::condition::kWorkspaceReady),
        Text(workspace, {"status", "state"}),
        Number(Progress(workspace, "step"), ""),
        loss ? absl::StrFormat("%.3f", *loss) : "",
        AgeOf(workspace.StringAt({"metadata", "creationTimestamp"}), now)};
    if (with_namespace) {
      row.insert(row.begin(), Text(workspace, {"metadata", "namespace"}));
    }
    rows.push_back(std::move(row));
  }
  return Table(header, rows);
}

std::string DescribeWorkspace(const WorkspaceReport& report, absl::Time now,
                              int64_t width) {
  const json::Value& workspace = report.workspace;
  std::string out = Table(
      {"NAME", "INSTANCE", "RESOURCEREADY", "INFERENCEREADY", "WORKSPACEREADY",
       "AGE"},
      {{Text(workspace, {"metadata", "name"}),
        Text(workspace, {"resource", "instanceType"}),
        ConditionStatus(workspace, api::condition::kResourceReady),
        ConditionStatus(workspace, api::condition::kInferenceReady),
        ConditionStatus(workspace, api::condition::kWorkspaceReady),
        AgeOf(workspace.StringAt({"metadata", "creationTimestamp"}), now)}});
  absl::StrAppend(&out, "\n");
  AddLine("State", Text(workspace, {"status", "state"}), out);
  AddLine("Progress", ProgressText(workspace), out);
  AddLine("Model", ModelOf(workspace), out);
  AddLine("Output", OutputOf(workspace), out);
  absl::StrAppend(&out, "\nConditions\n");
  AddConditions(report, width, out);
  if (!report.objects.empty()) absl::StrAppend(&out, "\nObjects\n");
  for (const json::Value& object : report.objects) {
    absl::StrAppend(&out, Wrap(ObjectText(object), 2, width));
  }
  if (!report.events.empty()) absl::StrAppend(&out, "\nEvents\n");
  AddEvents(report, now, width, out);
  for (const std::string& note : report.notes) {
    absl::StrAppend(&out, "\n", Wrap(Printable(note), 0, width));
  }
  return out;
}

json::Value WorkspaceToJson(const WorkspaceReport& report) {
  const json::Value& workspace = report.workspace;
  json::Array objects;
  for (const json::Value& object : report.objects) {
    objects.push_back(
        json::Object{{"kind", object.StringAt({"kind"})},
                     {"name", object.StringAt({"metadata", "name"})},
                     {"state", StateOf(object)}});
  }
  json::Array events;
  for (const json::Value& event : report.events) {
    events.push_back(
        json::Object{{"type", event.StringAt({"type"})},
                     {"reason", event.StringAt({"reason"})},
                     {"message", event.StringAt({"message"})},
                     {"count", Whole(event, {"count"})},
                     {"lastTimestamp", event.StringAt({"lastTimestamp"})}});
  }
  json::Array notes;
  for (const std::string& note : report.notes) notes.push_back(note);
  json::Value out = json::Object{
      {"name", workspace.StringAt({"metadata", "name"})},
      {"namespace", workspace.StringAt({"metadata", "namespace"})},
      {"instanceType", workspace.StringAt({"resource", "instanceType"})},
      {"objects", std::move(objects)},
      {"events", std::move(events)},
      {"notes", std::move(notes)}};
  const json::Value* status = workspace.Find("status");
  if (status != nullptr) out["status"] = *status;
  return out;
}

}  // namespace kaito::cli
