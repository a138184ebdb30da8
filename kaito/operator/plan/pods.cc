#include "kaito/operator/plan/pods.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/job/exit_code.h"
#include "kaito/api/job/layout.h"
#include "kaito/api/job/termination.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/workspace/credential.h"
#include "kaito/api/workspace/names.h"

namespace kaito::controller {
namespace {

using Pods = std::vector<const api::Pod*>;

constexpr size_t kLongestMessage = 1024;

// strerror(ENOSPC), which no program of ours words anew.
constexpr absl::string_view kDiskFull = "No space left on device";
constexpr absl::string_view kFreeSpace =
    "Free space on the node's disk; this is tried again";

// One end of one container.
struct End {
  absl::string_view container;
  const api::ContainerStateTerminated* state;
};

std::vector<const api::ContainerStatus*> Statuses(const api::Pod& pod) {
  std::vector<const api::ContainerStatus*> all;
  if (!pod.status) return all;
  for (const auto* list : {&pod.status->init_container_statuses,
                           &pod.status->container_statuses}) {
    for (const api::ContainerStatus& status : *list) all.push_back(&status);
  }
  return all;
}

// The last end of each container that has one.
std::vector<End> Ends(const Pods& pods) {
  std::vector<End> ends;
  for (const api::Pod* pod : pods) {
    for (const api::ContainerStatus* status : Statuses(*pod)) {
      for (const auto* state : {&status->state, &status->last_state}) {
        if (!state->terminated) continue;
        ends.push_back({status->name, &*state->terminated});
        break;
      }
    }
  }
  return ends;
}

std::string Sentences(absl::string_view message, absl::string_view remedy) {
  std::string text = api::HideCredentials(absl::StripSuffix(message, "."));
  if (!remedy.empty()) {
    absl::StrAppend(&text, text.empty() ? "" : ". ",
                    api::HideCredentials(absl::StripSuffix(remedy, ".")));
  }
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (text.size() > kLongestMessage) {
    size_t bytes = kLongestMessage;
    // Not in the middle of a character.
    while ((static_cast<unsigned char>(text[bytes]) & 0xC0) == 0x80) --bytes;
    text.resize(bytes);
    text += "...";
    return text;
  }
  if (!text.empty()) text += ".";
  return text;
}

// For a program that names none; the operator knows where its input comes from.
absl::string_view RemedyOf(const End& end, absl::string_view message) {
  if (message.empty()) return "";
  if (absl::StrContains(message, kDiskFull)) return kFreeSpace;
  const bool is_data = end.container == api::kDataContainer;
  switch (static_cast<api::ExitCode>(end.state->exit_code)) {
    case api::ExitCode::kUserError:
      return is_data ? "Correct tuning.input"
                     : "Correct the data of tuning.input or the recipe of "
                       "tuning.config; what they name says which";
    case api::ExitCode::kRefused:
      if (is_data) {
        return "Correct tuning.input.urls; where the source wants a token, "
               "name a Secret with key token in the annotation "
               "kaito.sh/data-access-secret";
      }
      return "Correct the image, and user and password in its Secret; they "
             "must be allowed to read and push";
    default:
      return "";
  }
}

Ending EndingOf(const End& end) {
  const api::Termination told =
      api::ParseTermination(end.state->message, end.state->exit_code);
  Ending ending = {
      .code = end.state->exit_code,
      .reason = told.reason,
      .message = Sentences(told.message, told.remedy.empty()
                                             ? RemedyOf(end, told.message)
                                             : told.remedy),
      .digest = told.digest};
  if (end.state->reason == "OOMKilled") {
    ending.reason = std::string(api::reason::kContainerOomKilled);
    ending.message = absl::StrCat(
        "Container ", end.container,
        " was killed because the node's memory or its limit was used up. Use "
        "a node with more memory, or a smaller batch or max_length.");
  } else if (ending.message.empty()) {
    ending.message =
        absl::StrCat("Container ", end.container, " ended with exit code ",
                     ending.code, " and left no message. See its log.");
  }
  return ending;
}

absl::Time FinishedAt(const End& end) {
  return end.state->finished_at ? end.state->finished_at->value
                                : absl::InfinitePast();
}

template <typename Predicate>
std::optional<Ending> LatestEnding(const Pods& pods, Predicate predicate) {
  const std::vector<End> ends = Ends(pods);
  const End* latest = nullptr;
  for (const End& end : ends) {
    if (!predicate(end)) continue;
    if (latest == nullptr || FinishedAt(end) >= FinishedAt(*latest)) {
      latest = &end;
    }
  }
  if (latest == nullptr) return std::nullopt;
  return EndingOf(*latest);
}

std::string WithDetail(absl::string_view what, absl::string_view detail,
                       absl::string_view remedy) {
  return Sentences(
      detail.empty() ? std::string(what) : absl::StrCat(what, ": ", detail),
      remedy);
}

// Of a container that waits.
std::optional<Trouble> WaitingTrouble(const api::ContainerStatus& status) {
  if (!status.state.waiting) return std::nullopt;
  const api::ContainerStateWaiting& waiting = *status.state.waiting;
  const absl::string_view why = waiting.reason;
  if (why == "ErrImagePull" || why == "ImagePullBackOff" ||
      why == "InvalidImageName" || why == "ErrImageNeverPull") {
    return Trouble{
        std::string(api::reason::kImagePullError),
        WithDetail(
            absl::StrCat("The image ", status.image, " cannot be pulled"),
            waiting.message,
            "Check its name, the registry and the pull secret")};
  }
  if (why == "CrashLoopBackOff") {
    Trouble trouble{std::string(api::reason::kContainerCrashLoopBackOff),
                    absl::StrCat("Container ", status.name,
                                 " ends again and again. See its log.")};
    if (status.last_state.terminated) {
      const Ending ending =
          EndingOf({status.name, &*status.last_state.terminated});
      if (ending.reason == api::reason::kContainerOomKilled) {
        trouble.reason = ending.reason;
      }
      trouble.message = absl::StrCat(
          "Container ", status.name,
          " ends again and again, and is tried again: ", ending.message);
    }
    return trouble;
  }
  if (why == "CreateContainerConfigError" || why == "CreateContainerError" ||
      why == "RunContainerError") {
    return Trouble{
        std::string(api::reason::kContainerStartError),
        WithDetail(
            absl::StrCat("Container ", status.name, " cannot be started"),
            waiting.message,
            absl::StrContains(waiting.message, kDiskFull) ? kFreeSpace : "")};
  }
  return std::nullopt;
}

std::optional<Trouble> PodTrouble(const api::Pod& pod) {
  if (!pod.status) return std::nullopt;
  if (pod.status->reason == "Evicted") {
    return Trouble{std::string(api::reason::kPodEvicted),
                   WithDetail(absl::StrCat("Pod ", pod.metadata.name,
                                           " was evicted by its node"),
                              pod.status->message,
                              "The node ran out of a resource: use a larger "
                              "one")};
  }
  for (const api::ContainerStatus* status : Statuses(pod)) {
    if (auto trouble = WaitingTrouble(*status)) return trouble;
  }
  const api::PodCondition* scheduled =
      api::FindPodCondition(pod, api::pod_condition::kScheduled);
  if (scheduled != nullptr &&
      scheduled->status == api::ConditionStatus::kFalse &&
      scheduled->reason == "Unschedulable") {
    return Trouble{
        std::string(api::reason::kUnschedulable),
        WithDetail("No node can take the pod", scheduled->message, "")};
  }
  return std::nullopt;
}

}  // namespace

Pods PodsOf(const std::vector<api::Pod>& pods, absl::string_view role,
            absl::string_view owner_uid) {
  Pods found;
  for (const api::Pod& pod : pods) {
    if (pod.metadata.label(api::label::kRole) != role) continue;
    const api::OwnerReference* owner = pod.metadata.controller();
    if (!owner_uid.empty() && (owner == nullptr || owner->uid != owner_uid)) {
      continue;
    }
    found.push_back(&pod);
  }
  return found;
}

std::optional<Ending> FindFinalFailure(const Pods& pods) {
  return LatestEnding(pods, [](const End& end) {
    return api::IsFinal(static_cast<api::ExitCode>(end.state->exit_code));
  });
}

std::optional<Ending> FindLastFailure(const Pods& pods) {
  return LatestEnding(pods,
                      [](const End& end) { return end.state->exit_code != 0; });
}

std::optional<Ending> FindSuccess(const Pods& pods,
                                  absl::string_view container) {
  return LatestEnding(pods, [&](const End& end) {
    return end.container == container && end.state->exit_code == 0;
  });
}

bool HasStarted(const Pods& pods, absl::string_view container) {
  for (const api::Pod* pod : pods) {
    if (!pod->status) continue;
    for (const api::ContainerStatus& status : pod->status->container_statuses) {
      if (status.name != container) continue;
      if (status.state.running || status.state.terminated ||
          status.last_state.terminated) {
        return true;
      }
    }
  }
  return false;
}

std::string RunningInitContainer(const Pods& pods) {
  for (const api::Pod* pod : pods) {
    if (!pod->status) continue;
    for (const auto& status : pod->status->init_container_statuses) {
      if (status.state.running) return status.name;
    }
  }
  return "";
}

std::optional<Trouble> FindTrouble(const Pods& pods) {
  for (const api::Pod* pod : pods) {
    if (auto trouble = PodTrouble(*pod)) return trouble;
  }
  return std::nullopt;
}

}  // namespace kaito::controller
