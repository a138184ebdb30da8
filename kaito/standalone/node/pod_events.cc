#include "kaito/standalone/node/pod_events.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/event.h"
#include "kaito/api/core/object_reference.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/log.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::standalone {
namespace {

// The API's limit of a message.
constexpr size_t kMaxMessageBytes = 1024;

// Causes that are remembered; beyond it all are forgotten, and one that comes
// again is a new object.
constexpr size_t kMaxKnown = 1024;

}  // namespace

void PodEvents::Tell(const api::ObjectReference& about, absl::string_view type,
                     absl::string_view reason, absl::string_view message) {
  const absl::Time now = clock_.Now();
  const std::string text(message.substr(0, kMaxMessageBytes));
  Known event;
  {
    MutexLock lock(mutex_);
    if (known_.size() >= kMaxKnown) known_.clear();
    Known& known = known_[{about.uid, std::string(reason), text}];
    if (known.count++ == 0) {
      // Unique also where the clock stands still.
      last_name_ = std::max(last_name_ + 1, absl::ToUnixNanos(now));
      known.name = absl::StrCat(about.name, ".", absl::Hex(last_name_));
    }
    event = known;
  }
  const std::string ns = about.ns.empty() ? "default" : about.ns;
  const auto gvr = api::Event::kKind.gvr();
  const kube::WriteOptions options = {.field_manager = component_};
  absl::Status status;
  if (event.count > 1) {
    const json::Value patch = json::Object{
        {"count", event.count}, {"lastTimestamp", api::FormatTimestamp(now)}};
    status = client_
                 .Patch(gvr, {ns, event.name}, kube::PatchType::kMerge, patch,
                        options, stop_)
                 .status();
  }
  if (event.count == 1 || absl::IsNotFound(status)) {
    api::Event object;
    object.metadata.name = event.name;
    object.metadata.ns = ns;
    object.involved_object = about;
    object.reason = std::string(reason);
    object.message = text;
    object.source = api::EventSource{.component = component_, .host = host_};
    object.first_timestamp = object.last_timestamp = api::Timestamp{now};
    object.count = static_cast<int32_t>(event.count);
    object.type = std::string(type);
    object.reporting_component = component_;
    object.reporting_instance = host_;
    status =
        client_.Create(gvr, ns, api::Encode(object), options, stop_).status();
  }
  if (!status.ok()) {
    KAITO_LOG(DEBUG, "an event is lost",
              {{"object", about.name}, {"reason", reason}, {"error", status}});
  }
}

}  // namespace kaito::standalone
