#ifndef KAITO_BASE_URL_ADDRESS_H_
#define KAITO_BASE_URL_ADDRESS_H_

// What an IP address is for, and whether a host's name looks like it belongs to
// this machine, cluster or site. For those who fetch a URL that a user wrote:
// a fetch must not become a way into the cluster or to the cloud's metadata.
//
//   if (HostLooksLocal(url.host())) return refuse;       // Before resolving.
//   for (address : Resolve(url.host())) {                // Then for each one,
//     if (ClassifyAddress(address) != AddressClass::kPublic) return refuse;
//   }                                                    // and connect to it.
//
// A name alone proves nothing: "a.example.com" may resolve to 127.0.0.1, and
// "kubernetes.default" is completed by a pod's search list. So classify the
// addresses that a connection really goes to, again after each redirect.

#include <array>
#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"

namespace kaito {

// In the order of the bytes on the wire.
using Ipv4Bytes = std::array<uint8_t, 4>;
using Ipv6Bytes = std::array<uint8_t, 16>;

enum class AddressClass {
  kPublic,     // Routed on the Internet.
  kLoopback,   // 127.0.0.0/8, ::1
  kPrivate,    // RFC 1918, carrier-grade NAT, unique local fc00::/7
  kLinkLocal,  // 169.254.0.0/16, fe80::/10, and the clouds' metadata addresses
  kMulticast,  // 224.0.0.0/4, ff00::/8
  kUnspecified,  // 0.0.0.0/8, ::; connecting there reaches this machine
  kReserved,     // Documentation, benchmarks, and all that isn't assigned.
};

// "public", "loopback", "private", ... for messages.
absl::string_view AddressClassName(AddressClass address_class);

// Four decimal numbers without leading zeros, and nothing else that inet_aton()
// would take.
std::optional<Ipv4Bytes> ParseIpv4(absl::string_view text);

// RFC 4291's forms, without brackets and without a zone ("%eth0").
std::optional<Ipv6Bytes> ParseIpv6(absl::string_view text);

// An IPv6 address that carries an IPv4 address (mapped, 6to4, NAT64) is what
// that address is.
AddressClass ClassifyAddress(const Ipv4Bytes& address);
AddressClass ClassifyAddress(const Ipv6Bytes& address);
// nullopt where the text is no IP address.
std::optional<AddressClass> ClassifyAddress(absl::string_view text);

// Whether a host (as Url::host() gives it) is an IP address that isn't public,
// a number that inet_aton() would take for an address, a name without a dot, or
// under a domain that only this machine, cluster or site resolves: localhost,
// local, localdomain, internal (metadata.google.internal), svc, cluster.local,
// home.arpa.
bool HostLooksLocal(absl::string_view host);

// Whether the last label of a host is a number, decimal or hexadecimal, so that
// inet_aton() might read all of it as an address: "2130706433", "0x7f.1".
bool EndsInNumber(absl::string_view host);

}  // namespace kaito

#endif  // KAITO_BASE_URL_ADDRESS_H_
