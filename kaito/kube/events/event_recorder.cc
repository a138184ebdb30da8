#include "kaito/kube/events/event_recorder.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/events/event_correlator.h"
#include "kaito/kube/metrics/registry.h"

namespace kaito::kube {
namespace {

const api::GroupVersionResource& Events() {
  static const auto* events = new api::GroupVersionResource{"", "v1", "events"};
  return *events;
}

// The API's limits.
constexpr size_t kMaxMessageBytes = 1024;
constexpr size_t kMaxReasonBytes = 128;

// At most `max` bytes of it, whole characters.
std::string Cut(absl::string_view text, size_t max) {
  if (text.size() <= max) return std::string(text);
  while (max > 0 && (static_cast<unsigned char>(text[max]) & 0xC0) == 0x80) {
    --max;
  }
  return std::string(text.substr(0, max));
}

std::string NamespaceOf(const EventTarget& target) {
  return target.ns.empty() ? "default" : target.ns;
}

json::Value ObjectOf(const EventTarget& target) {
  json::Value object;
  const auto set = [&](absl::string_view name, const std::string& value) {
    if (!value.empty()) object[name] = value;
  };
  set("apiVersion", target.api_version);
  set("kind", target.kind);
  set("namespace", target.ns);
  set("name", target.name);
  set("uid", target.uid);
  set("resourceVersion", target.resource_version);
  return object;
}

// Whether sending it again can't help: someone has made it, its namespace goes,
// or the server understands it and does not want it.
bool IsFinal(const absl::Status& status) {
  return absl::IsAlreadyExists(status) || absl::IsInvalidArgument(status) ||
         absl::IsPermissionDenied(status) || absl::IsNotFound(status);
}

}  // namespace

EventRecorder::EventRecorder(Clock& clock, ApiClient& client,
                             EventRecorderOptions options)
    : clock_(clock),
      client_(client),
      options_(std::move(options)),
      dropped_(options_.metrics == nullptr
                   ? nullptr
                   : &options_.metrics->AddCounter(
                         "events_dropped_total",
                         "Events that nobody gets to see.",
                         {{"component", options_.component}})),
      queue_(options_.queue_capacity),
      correlator_(options_.correlator),
      random_(options_.seed) {}

EventRecorder::~EventRecorder() { Stop(); }

void EventRecorder::CountDropped() {
  if (dropped_ != nullptr) dropped_->Increment();
}

void EventRecorder::Record(EventDraft event) {
  event.message = Cut(event.message, kMaxMessageBytes);
  event.reason = Cut(event.reason, kMaxReasonBytes);
  if (!queue_.TryPush(std::move(event)).ok()) CountDropped();
}

absl::Status EventRecorder::Start(const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(thread_,
                         Thread::Start("events", [this, stop] { Run(stop); }));
  return absl::OkStatus();
}

void EventRecorder::Stop() {
  queue_.Close();
  thread_.Join();
}

void EventRecorder::Run(const StopToken& stop) {
  while (const std::optional<EventDraft> event = queue_.Pop(stop)) {
    Send(*event, stop);
  }
}

void EventRecorder::Send(const EventDraft& event, const StopToken& stop) {
  EventDecision decision =
      correlator_.Judge(event, clock_.Now(), clock_.NowSteady());
  if (decision.action == EventDecision::Action::kDrop) return CountDropped();
  for (int tries = 1;; ++tries) {
    const absl::Status status = SendOnce(event, decision, stop);
    if (status.ok()) return;
    if (IsFinal(status) || tries == options_.max_tries || stop.stopped()) {
      KAITO_LOG(WARNING, "an event could not be sent",
                {{"reason", event.reason},
                 {"object", event.target.name},
                 {"tries", tries},
                 {"error", status}});
      return CountDropped();
    }
    // Many programs lose the same server at the same time.
    const double part = tries == 1 ? random_.Uniform() : 1;
    if (!WaitFor(clock_, options_.retry_wait * part, stop).ok()) {
      return CountDropped();
    }
  }
}

absl::Status EventRecorder::SendOnce(const EventDraft& event,
                                     EventDecision& decision,
                                     const StopToken& stop) {
  const std::string ns = NamespaceOf(event.target);
  const std::string now = api::FormatTimestamp(clock_.Now());
  if (decision.action == EventDecision::Action::kCount) {
    json::Value patch = json::Object{{"count", decision.count},
                                     {"lastTimestamp", now},
                                     {"message", decision.message}};
    const absl::Status status =
        client_
            .Patch(Events(), {ns, decision.name}, PatchType::kMerge, patch,
                   {.field_manager = options_.component}, stop)
            .status();
    if (!absl::IsNotFound(status)) return status;
    // It has expired, or was never made: anew, under another name.
    decision.action = EventDecision::Action::kCreate;
    decision.name = EventName(event.target.name, clock_.Now());
  }
  json::Value object = json::Object{
      {"apiVersion", "v1"},
      {"kind", "Event"},
      {"type", event.warning ? "Warning" : "Normal"},
      {"reason", event.reason},
      {"message", decision.message},
      {"count", decision.count},
      {"firstTimestamp", api::FormatTimestamp(decision.first)},
      {"lastTimestamp", now},
      {"reportingComponent", options_.component},
      {"reportingInstance", options_.instance},
  };
  object["metadata"]["name"] = decision.name;
  object["metadata"]["namespace"] = ns;
  object["involvedObject"] = ObjectOf(event.target);
  object["source"]["component"] = options_.component;
  return client_
      .Create(Events(), ns, object, {.field_manager = options_.component}, stop)
      .status();
}

}  // namespace kaito::kube
