#include "kaito/kube/cache/list_watch_state.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {
namespace {

// A watch that ends sooner, with nothing, is a sign of trouble (client-go).
constexpr absl::Duration kVeryShortWatch = absl::Seconds(1);

// The server's cache answers these at once, and does not page them.
bool NamesVersion(absl::string_view version) {
  return !version.empty() && version != "0";
}

// An end of a watch that says nothing about the version: the connection was
// refused or broke, fell silent, or the server is busy.
bool KeepsVersion(const absl::Status& status) {
  const std::optional<api::ApiStatus> answer = api::ApiStatusOf(status);
  if (answer.has_value()) return answer->code == 429 || answer->code == 503;
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

}  // namespace

bool IsTooLargeVersion(const absl::Status& status) {
  const std::optional<api::ApiStatus> answer = api::ApiStatusOf(status);
  if (!answer.has_value() || answer->reason != api::api_reason::kTimeout) {
    return false;
  }
  if (answer->details.has_value()) {
    for (const api::StatusCause& cause : answer->details->causes) {
      if (cause.reason == api::api_reason::kResourceVersionTooLarge) {
        return true;
      }
    }
  }
  return absl::StrContains(answer->message, "Too large resource version");
}

void ListWatchState::StartList(absl::string_view version, bool unpaged) {
  phase_ = Phase::kList;
  list_version_ = std::string(version);
  continue_token_.clear();
  unpaged_ = unpaged || NamesVersion(version);
}

// After the watch has ended for a reason that a list may heal.
void ListWatchState::Relist() {
  const bool ask_cache = options_.from == ListFrom::kServerCache;
  StartList(ask_cache ? version_ : "", /*unpaged=*/false);
}

ListWatchStep ListWatchState::Next() {
  if (!started_) {
    started_ = true;
    StartList(options_.from == ListFrom::kServerCache ? "0" : "",
              /*unpaged=*/false);
  }
  ListWatchStep step{.delay = std::exchange(delay_, absl::ZeroDuration())};
  if (phase_ == Phase::kList) {
    step.kind = ListWatchStep::Kind::kList;
    step.resource_version = list_version_;
    step.continue_token = continue_token_;
    step.limit = unpaged_ ? 0 : options_.page_size;
    return step;
  }
  step.kind = ListWatchStep::Kind::kWatch;
  step.resource_version = version_;
  step.watch_timeout =
      options_.min_watch +
      (options_.max_watch - options_.min_watch) * random_.Uniform();
  events_ = 0;
  return step;
}

void ListWatchState::OnPage(absl::string_view resource_version,
                            absl::string_view continue_token) {
  if (continue_token_.empty()) {
    first_page_version_ = std::string(resource_version);
  }
  continue_token_ = std::string(continue_token);
  if (!continue_token_.empty()) return;
  phase_ = Phase::kWatch;
  version_ = first_page_version_;
}

void ListWatchState::OnListError(const absl::Status& status, SteadyTime now) {
  const bool too_large = IsTooLargeVersion(status);
  if (absl::IsOutOfRange(status) && !continue_token_.empty()) {
    // The pages' version is gone: all of it at once, without a wait.
    StartList(list_version_, /*unpaged=*/true);
    return;
  }
  if ((absl::IsOutOfRange(status) || too_large) && !list_version_.empty()) {
    StartList("", /*unpaged=*/false);
    return;
  }
  delay_ = backoff_.Next(now);
  StartList(list_version_, unpaged_);
}

void ListWatchState::OnEvent(WatchEventType type,
                             absl::string_view resource_version) {
  ++events_;
  // The burst with which a watch from "" or "0" begins has no order.
  if (!NamesVersion(version_) && type == WatchEventType::kAdded) return;
  if (!resource_version.empty()) version_ = std::string(resource_version);
}

void ListWatchState::OnWatchEnd(const absl::Status& status,
                                absl::Duration lasted, SteadyTime now) {
  if (status.ok()) {
    if (events_ == 0 && lasted < kVeryShortWatch) delay_ = backoff_.Next(now);
    return;
  }
  if (IsTooLargeVersion(status)) {
    StartList("", /*unpaged=*/false);
    return;
  }
  delay_ = backoff_.Next(now);
  if (!KeepsVersion(status)) Relist();
}

}  // namespace kaito::kube
