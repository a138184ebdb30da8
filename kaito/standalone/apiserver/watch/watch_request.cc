#include "kaito/standalone/apiserver/watch/watch_request.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/rest/listing.h"
#include "kaito/standalone/apiserver/rest/render.h"
#include "kaito/standalone/apiserver/rest/stored_form.h"
#include "kaito/standalone/apiserver/rest/verbs.h"
#include "kaito/standalone/apiserver/store/object_key.h"
#include "kaito/standalone/apiserver/store/store.h"
#include "kaito/standalone/apiserver/watch/watch_hub.h"
#include "kaito/standalone/apiserver/watch/watch_line.h"

namespace kaito::apiserver {
namespace {

absl::Status AddObjects(Snapshot& snapshot, absl::Time now,
                        WatchRequest& watch) {
  absl::Status bad;
  KAITO_RETURN_IF_ERROR(snapshot.ForEach(
      {.resource = watch.scope.resource->storage_resource,
       .ns = watch.scope.ns},
      [&](const StoredObject& stored) {
        const absl::StatusOr<json::Value> object =
            FromStored(*watch.scope.resource, stored.body);
        bad.Update(object.status());
        if (object.ok() && watch.scope.selectors.Matches(*object)) {
          watch.first_lines.push_back(ObjectLine(
              watch.scope, "ADDED", *object, watch.first_lines.empty(), now));
        }
        return bad.ok();
      }));
  return bad;
}

}  // namespace

absl::StatusOr<WatchRequest> PrepareWatch(Store& store, const Call& call,
                                          const Form& form, int64_t spread,
                                          absl::Time now) {
  Call collection = call;
  if (!call.info.name.empty()) {
    // The old way to watch one object.
    collection.options.field_selector =
        absl::StrCat("metadata.name=", call.info.name);
    collection.info.name.clear();
  }
  const RequestOptions& options = collection.options;
  WatchRequest watch;
  watch.scope.resource = call.resource;
  watch.scope.ns = call.info.ns;
  watch.scope.form = form;
  watch.scope.include_object = options.include_object;
  KAITO_ASSIGN_OR_RETURN(watch.scope.selectors, ParseSelectors(collection));
  KAITO_ASSIGN_OR_RETURN(watch.position,
                         ParseResourceVersion(options.resource_version));
  if (watch.position > store.version()) {
    return api::ToStatus(api::TooLargeResourceVersionStatus());
  }
  watch.bookmarks = options.allow_watch_bookmarks;
  watch.timeout = absl::Seconds(
      options.timeout_seconds.value_or(kWatchSecondsSpread + spread));
  const bool objects_first =
      options.send_initial_events.value_or(watch.position == 0);
  if (objects_first || watch.position == 0) {
    KAITO_RETURN_IF_ERROR(store.Read([&](Snapshot& snapshot) -> absl::Status {
      KAITO_ASSIGN_OR_RETURN(watch.position, snapshot.Version());
      return objects_first ? AddObjects(snapshot, now, watch)
                           : absl::OkStatus();
    }));
  }
  if (options.send_initial_events.value_or(false) && watch.bookmarks) {
    watch.first_lines.push_back(
        BookmarkLine(watch.scope, watch.position, /*initial_end=*/true));
  }
  return watch;
}

}  // namespace kaito::apiserver
