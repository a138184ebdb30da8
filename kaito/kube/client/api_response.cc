#include "kaito/kube/client/api_response.h"

#include <cstddef>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/schema/codec.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kube/client/api_client.h"

namespace kaito::kube {
namespace {

// Of an answer without a Status, in a message.
constexpr size_t kMaxShownBytes = 300;

}  // namespace

absl::Status ErrorOfResponse(int code, absl::string_view body) {
  absl::StatusOr<json::Value> value = json::Parse(body);
  if (value.ok() && value->StringAt({"kind"}) == "Status") {
    absl::StatusOr<api::ApiStatus> status =
        api::DecodeOrError<api::ApiStatus>(*value, "Status");
    if (status.ok() && status->code == 0) status->code = code;
    if (status.ok() && status->status != "Success") {
      return api::ToStatus(*status);
    }
  }
  return api::HttpToStatus(code, body.substr(0, kMaxShownBytes));
}

absl::StatusOr<ObjectList> ReadListBody(
    absl::string_view body,
    absl::FunctionRef<absl::Status(const json::Cursor& item)> on_item) {
  ObjectList list;
  absl::Status item_error;  // The caller's; apart from the JSON's.
  const absl::Status read = json::Read(body, {}, [&](const json::Cursor& root) {
    return root.ForEachField(
        [&](absl::string_view key, const json::Cursor& value) {
          if (key == "metadata") {
            return value.ForEachField(
                [&](absl::string_view name, const json::Cursor& field) {
                  if (name == "resourceVersion") {
                    return field.ReadString(&list.resource_version);
                  }
                  if (name == "continue") {
                    return field.ReadString(&list.continue_token);
                  }
                  return absl::OkStatus();
                });
          }
          if (key != "items") return absl::OkStatus();
          return value.ForEachItem([&](const json::Cursor& item) {
            item_error = on_item(item);
            return item_error;
          });
        });
  });
  KAITO_RETURN_IF_ERROR(item_error);
  if (!read.ok())
    return absl::UnavailableError(
        absl::StrCat("the answer is no list: ", read.message()));
  return list;
}

}  // namespace kaito::kube
