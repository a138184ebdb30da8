#ifndef KAITO_BASE_HTTP_ADDRESS_POLICY_H_
#define KAITO_BASE_HTTP_ADDRESS_POLICY_H_

// Which addresses a client may connect to. A name in a URL that a user wrote can
// resolve to the cloud's metadata service or to this machine: only the address
// just before connecting tells, and that is when the client asks.
//
//   ClientOptions options{.address_policy = PublicAddressesOnly};

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kaito::http {

// Given the address as text, without port. A status other than OK refuses it.
// Called on the client's I/O thread, so it must be short and must not block.
using AddressPolicy = std::function<absl::Status(absl::string_view address)>;

// PermissionDenied for all that ClassifyAddress() (kaito/base/url/address.h)
// does not call public.
absl::Status PublicAddressesOnly(absl::string_view address);

}  // namespace kaito::http

#endif  // KAITO_BASE_HTTP_ADDRESS_POLICY_H_
