#include "kaito/standalone/apiserver/rest/service_address.h"

#include <cstdint>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/apiserver/rest/id_source.h"
#include "kaito/standalone/apiserver/store/object_key.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {
namespace {

// 2^22 addresses, without the first and the last 256.
constexpr int64_t kFirst = 256;
constexpr int64_t kCount = (int64_t{1} << 22) - 512;

std::string Address(int64_t number) {
  return absl::StrCat("127.", 64 + (number >> 16), ".", (number >> 8) & 255,
                      ".", number & 255);
}

absl::StatusOr<std::set<std::string>> Taken(Transaction& transaction) {
  std::set<std::string> taken;
  KAITO_RETURN_IF_ERROR(transaction.ForEach(
      {.resource = "services"}, [&](const StoredObject& stored) {
        const absl::StatusOr<json::Value> service = json::Parse(stored.body);
        if (service.ok()) {
          taken.emplace(service->StringAt({"spec", "clusterIP"}));
        }
        return true;
      }));
  return taken;
}

}  // namespace

absl::Status GiveServiceAddress(Transaction& transaction, IdSource& ids,
                                json::Value& service) {
  const std::string wanted(service.StringAt({"spec", "clusterIP"}));
  if (wanted == "None" ||
      service.StringAt({"spec", "type"}) == "ExternalName") {
    return absl::OkStatus();
  }
  KAITO_ASSIGN_OR_RETURN(const std::set<std::string> taken, Taken(transaction));
  if (!wanted.empty()) {
    if (!taken.contains(wanted)) return absl::OkStatus();
    api::FieldErrors errors;
    errors.Invalid("spec.clusterIPs",
                   absl::StrCat("address ", wanted, " is already allocated"));
    return api::ToStatus(api::InvalidStatus(
        {"", "v1", "Service"}, service.StringAt({"metadata", "name"}), errors));
  }
  std::string address;
  do {
    address = Address(kFirst + ids.Number(kCount));
  } while (taken.contains(address));
  service["spec"]["clusterIP"] = address;
  service["spec"]["clusterIPs"] = json::Array{address};
  return absl::OkStatus();
}

}  // namespace kaito::apiserver
