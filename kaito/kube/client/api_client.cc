#include "kaito/kube/client/api_client.h"

#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::kube {

absl::StatusOr<ObjectList> ApiClient::ReadList(
    const api::GroupVersionResource& gvr, absl::string_view ns,
    const ListOptions& options,
    absl::FunctionRef<absl::Status(const json::Cursor& item)> on_item,
    const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(ObjectList list, List(gvr, ns, options, stop));
  for (const json::Value& item : list.items) {
    KAITO_RETURN_IF_ERROR(json::Read(json::Write(item), {}, on_item));
  }
  list.items.clear();
  return list;
}

absl::Status ApiClient::ReadWatch(
    const api::GroupVersionResource& gvr, absl::string_view ns,
    const WatchOptions& options,
    absl::FunctionRef<absl::Status(WatchEventType type,
                                   const json::Cursor& object)>
        on_event,
    const StopToken& stop) {
  return Watch(
      gvr, ns, options,
      [&](WatchEvent event) {
        return json::Read(json::Write(event.object), {},
                          [&](const json::Cursor& object) {
                            return on_event(event.type, object);
                          });
      },
      stop);
}

}  // namespace kaito::kube
