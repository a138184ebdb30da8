#include "kaito/standalone/apiserver/rest/service_address.h"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/api_status.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/url/address.h"
#include "kaito/standalone/apiserver/rest/id_source.h"
#include "kaito/standalone/apiserver/store/object_key.h"
#include "kaito/standalone/apiserver/store/store.h"

namespace kaito::apiserver {
namespace {

std::string Format(uint32_t address) {
  return absl::StrCat(address >> 24, ".", (address >> 16) & 255, ".",
                      (address >> 8) & 255, ".", address & 255);
}

bool InRange(absl::string_view text, const ServiceRange& range) {
  const std::optional<Ipv4Bytes> bytes = ParseIpv4(text);
  if (!bytes.has_value()) return false;
  uint32_t number = 0;
  for (const uint8_t byte : *bytes) number = number << 8 | byte;
  return number >= range.first && number <= range.last;
}

// Whether it is of a kind that has an address.
bool HasAddress(const json::Value& service) {
  return service.StringAt({"spec", "clusterIP"}) != "None" &&
         service.StringAt({"spec", "type"}) != "ExternalName";
}

absl::Status ForEachService(
    Snapshot& snapshot,
    absl::FunctionRef<void(const ObjectKey& key, json::Value service)> visit) {
  return snapshot.ForEach(
      {.resource = "services"}, [&](const StoredObject& stored) {
        absl::StatusOr<json::Value> service = json::Parse(stored.body);
        if (service.ok()) visit(stored.key, *std::move(service));
        return true;
      });
}

absl::StatusOr<std::set<std::string>> Taken(Snapshot& snapshot) {
  std::set<std::string> taken;
  KAITO_RETURN_IF_ERROR(ForEachService(
      snapshot, [&taken](const ObjectKey&, const json::Value& service) {
        taken.emplace(service.StringAt({"spec", "clusterIP"}));
      }));
  return taken;
}

// A free one, from a random one on.
absl::StatusOr<std::string> Free(IdSource& ids, const ServiceRange& range,
                                 const std::set<std::string>& taken) {
  const int64_t count = int64_t{range.last} - range.first + 1;
  const int64_t start = ids.Number(count);
  for (int64_t i = 0; i < count; ++i) {
    std::string address =
        Format(range.first + static_cast<uint32_t>((start + i) % count));
    if (!taken.contains(address)) return address;
  }
  return api::ToStatus(api::MakeApiStatus(
      500, absl::StrCat("failed to allocate a serviceIP: all of ",
                        Format(range.first), " to ", Format(range.last),
                        " are in use: delete Services")));
}

void SetAddress(const std::string& address, json::Value& service) {
  service["spec"]["clusterIP"] = address;
  service["spec"]["clusterIPs"] = json::Array{address};
}

absl::Status Refused(const json::Value& service, absl::string_view why) {
  api::FieldErrors errors;
  errors.Invalid("spec.clusterIPs", why);
  return api::ToStatus(api::InvalidStatus(
      {"", "v1", "Service"}, service.StringAt({"metadata", "name"}), errors));
}

}  // namespace

absl::Status GiveServiceAddress(Transaction& transaction, IdSource& ids,
                                const ServiceRange& range,
                                json::Value& service) {
  if (!HasAddress(service)) return absl::OkStatus();
  const std::string wanted(service.StringAt({"spec", "clusterIP"}));
  KAITO_ASSIGN_OR_RETURN(const std::set<std::string> taken, Taken(transaction));
  if (wanted.empty()) {
    KAITO_ASSIGN_OR_RETURN(const std::string address, Free(ids, range, taken));
    SetAddress(address, service);
    return absl::OkStatus();
  }
  if (!InRange(wanted, range)) {
    return Refused(
        service, absl::StrCat("address ", wanted, " is not of ",
                              Format(range.first), " to ", Format(range.last)));
  }
  if (taken.contains(wanted)) {
    return Refused(service,
                   absl::StrCat("address ", wanted, " is already allocated"));
  }
  return absl::OkStatus();
}

absl::Status MoveServiceAddresses(Store& store, IdSource& ids,
                                  const ServiceRange& range) {
  return store.Write({}, [&](Transaction& transaction) -> absl::Status {
    std::vector<std::pair<ObjectKey, json::Value>> strangers;
    KAITO_RETURN_IF_ERROR(ForEachService(transaction, [&](const ObjectKey& key,
                                                          json::Value service) {
      const absl::string_view address = service.StringAt({"spec", "clusterIP"});
      if (HasAddress(service) && !address.empty() && !InRange(address, range)) {
        strangers.emplace_back(key, std::move(service));
      }
    }));
    if (strangers.empty()) return absl::OkStatus();
    KAITO_ASSIGN_OR_RETURN(std::set<std::string> taken, Taken(transaction));
    for (auto& [key, service] : strangers) {
      KAITO_ASSIGN_OR_RETURN(const std::string address,
                             Free(ids, range, taken));
      taken.insert(address);
      SetAddress(address, service);
      KAITO_RETURN_IF_ERROR(transaction.Put(key, service));
    }
    return absl::OkStatus();
  });
}

}  // namespace kaito::apiserver
