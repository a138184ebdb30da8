#include "kaito/base/http/address_policy.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/url/address.h"

namespace kaito::http {

absl::Status PublicAddressesOnly(absl::string_view address) {
  const std::optional<AddressClass> found = ClassifyAddress(address);
  if (found == AddressClass::kPublic) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat(
      "address ", address, " is not public (",
      found.has_value() ? AddressClassName(*found) : "not an IP address", ")"));
}

}  // namespace kaito::http
