#include "kaito/standalone/apiserver/resource/pod_row.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/object/cell.h"
#include "kaito/standalone/apiserver/resource/row_text.h"

namespace kaito::apiserver {
namespace {

// "Error", "Signal:9", "ExitCode:3".
std::string EndOf(const json::Value& terminated) {
  std::string reason = Text(terminated, {"reason"});
  if (!reason.empty()) return reason;
  const int64_t signal = Number(terminated, {"signal"});
  if (signal != 0) return absl::StrCat("Signal:", signal);
  return absl::StrCat("ExitCode:", Number(terminated, {"exitCode"}));
}

// "" where the init containers are done, or there are none.
std::string InitStatus(const json::Value& pod) {
  const int64_t count = Size(pod, {"spec", "initContainers"});
  int64_t index = 0;
  for (const json::Value& c : List(pod, {"status", "initContainerStatuses"})) {
    const json::Value* ended = c.FindPath({"state", "terminated"});
    if (ended != nullptr && Number(*ended, {"exitCode"}) == 0) {
      ++index;
      continue;
    }
    if (ended != nullptr) return absl::StrCat("Init:", EndOf(*ended));
    const std::string waiting = Text(c, {"state", "waiting", "reason"});
    if (!waiting.empty() && waiting != "PodInitializing") {
      return absl::StrCat("Init:", waiting);
    }
    return absl::StrCat("Init:", index, "/", count);
  }
  return "";
}

bool IsConditionTrue(const json::Value& pod, absl::string_view type) {
  for (const json::Value& c : List(pod, {"status", "conditions"})) {
    if (Text(c, {"type"}) == type) return Text(c, {"status"}) == "True";
  }
  return false;
}

struct Counts {
  int64_t ready = 0;
  int64_t restarts = 0;
  std::string last_restart;  // When the newest restarted container ended.
};

Counts Count(const json::Value& pod, absl::string_view list) {
  Counts counts;
  for (const json::Value& c : List(pod, {"status", list})) {
    counts.restarts += Number(c, {"restartCount"});
    const std::string ended =
        Text(c, {"lastState", "terminated", "finishedAt"});
    if (ended > counts.last_restart) counts.last_restart = ended;
    const json::Value* ready = c.Find("ready");
    if (ready != nullptr && ready->boolean().value_or(false) &&
        c.FindPath({"state", "running"}) != nullptr) {
      ++counts.ready;
    }
  }
  return counts;
}

std::string MainStatus(const json::Value& pod, std::string status) {
  bool running = false;
  const json::Array& containers = List(pod, {"status", "containerStatuses"});
  for (auto it = containers.rbegin(); it != containers.rend(); ++it) {
    const std::string waiting = Text(*it, {"state", "waiting", "reason"});
    const json::Value* ended = it->FindPath({"state", "terminated"});
    if (!waiting.empty()) {
      status = waiting;
    } else if (ended != nullptr) {
      status = EndOf(*ended);
    } else if (it->FindPath({"state", "running"}) != nullptr) {
      const json::Value* ready = it->Find("ready");
      running |= ready != nullptr && ready->boolean().value_or(false);
    }
  }
  if (status == "Completed" && running) {
    return IsConditionTrue(pod, "Ready") ? "Running" : "NotReady";
  }
  return status;
}

}  // namespace

json::Array PodRow(const json::Value& pod, absl::Time now) {
  std::string status = Text(pod, {"status", "phase"});
  if (const std::string reason = Text(pod, {"status", "reason"});
      !reason.empty()) {
    status = reason;
  }
  const std::string init = InitStatus(pod);
  const bool initializing =
      !init.empty() && !IsConditionTrue(pod, "Initialized");
  const Counts counts =
      Count(pod, initializing ? "initContainerStatuses" : "containerStatuses");
  status = initializing ? init : MainStatus(pod, status);
  if (pod.FindPath({"metadata", "deletionTimestamp"}) != nullptr) {
    status = Text(pod, {"status", "reason"}) == "NodeLost" ? "Unknown"
                                                           : "Terminating";
  }
  std::string restarts = absl::StrCat(counts.restarts);
  if (counts.restarts > 0 && !counts.last_restart.empty()) {
    absl::StrAppend(&restarts, " (", AgeText(counts.last_restart, now),
                    " ago)");
  }
  const int64_t gates = Size(pod, {"spec", "readinessGates"});
  return {Text(pod, {"metadata", "name"}),
          absl::StrCat(initializing ? 0 : counts.ready, "/",
                       Size(pod, {"spec", "containers"})),
          status,
          restarts,
          Age(pod, now),
          TextOrNone(pod, {"status", "podIP"}),
          TextOrNone(pod, {"spec", "nodeName"}),
          TextOrNone(pod, {"status", "nominatedNodeName"}),
          gates == 0 ? std::string("<none>") : absl::StrCat("0/", gates)};
}

}  // namespace kaito::apiserver
