#include "kaito/base/url/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace kaito {
namespace {

struct Ipv4Range {
  Ipv4Bytes prefix;
  int bits;
  AddressClass address_class;
};

// The first that holds the address counts. From IANA's registry of IPv4
// special-purpose addresses, and RFC 5771 for multicast.
constexpr Ipv4Range kIpv4Ranges[] = {
    {{0, 0, 0, 0}, 8, AddressClass::kUnspecified},
    {{10, 0, 0, 0}, 8, AddressClass::kPrivate},
    {{100, 64, 0, 0}, 10, AddressClass::kPrivate},
    {{127, 0, 0, 0}, 8, AddressClass::kLoopback},
    // Azure's platform services, from inside any of its machines; the range
    // around it is public.
    {{168, 63, 129, 16}, 32, AddressClass::kLinkLocal},
    {{169, 254, 0, 0}, 16, AddressClass::kLinkLocal},
    {{172, 16, 0, 0}, 12, AddressClass::kPrivate},
    {{192, 0, 0, 0}, 24, AddressClass::kReserved},    // Protocol assignments.
    {{192, 0, 2, 0}, 24, AddressClass::kReserved},    // Documentation.
    {{192, 88, 99, 0}, 24, AddressClass::kReserved},  // 6to4 relays, gone.
    {{192, 168, 0, 0}, 16, AddressClass::kPrivate},
    {{198, 18, 0, 0}, 15, AddressClass::kReserved},    // Benchmarks.
    {{198, 51, 100, 0}, 24, AddressClass::kReserved},  // Documentation.
    {{203, 0, 113, 0}, 24, AddressClass::kReserved},   // Documentation.
    {{224, 0, 0, 0}, 4, AddressClass::kMulticast},
    {{240, 0, 0, 0}, 4, AddressClass::kReserved},
};

struct Ipv6Range {
  Ipv6Bytes prefix;
  int bits;
  AddressClass address_class;
  // Where the IPv4 address is that decides instead; -1 where there is none.
  int embedded_at = -1;
};

// As above, from IANA's registry of IPv6 special-purpose addresses.
constexpr Ipv6Range kIpv6Ranges[] = {
    {{}, 128, AddressClass::kUnspecified},
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
     128,
     AddressClass::kLoopback},
    // ::ffff:0:0/96, mapped.
    {{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff},
     96,
     AddressClass::kReserved,
     12},
    // 64:ff9b::/96, NAT64.
    {{0, 0x64, 0xff, 0x9b}, 96, AddressClass::kReserved, 12},
    // 64:ff9b:1::/48, a site's own NAT64, which may put the address anywhere.
    {{0, 0x64, 0xff, 0x9b, 0, 1}, 48, AddressClass::kPrivate},
    // Teredo (which hides an IPv4 address) and other protocols' own.
    {{0x20, 0x01, 0, 0}, 23, AddressClass::kReserved},
    {{0x20, 0x01, 0x0d, 0xb8}, 32, AddressClass::kReserved},  // Documentation.
    {{0x20, 0x02}, 16, AddressClass::kReserved, 2},           // 6to4.
    {{0x3f, 0xff, 0}, 20, AddressClass::kReserved},           // Documentation.
    {{0xfc}, 7, AddressClass::kPrivate},
    {{0xfe, 0x80}, 10, AddressClass::kLinkLocal},
    {{0xfe, 0xc0}, 10, AddressClass::kPrivate},  // Site-local, deprecated.
    {{0xff}, 8, AddressClass::kMulticast},
    {{0x20}, 3, AddressClass::kPublic},  // What IANA hands out.
};

template <typename Bytes>
bool HasPrefix(const Bytes& address, const Bytes& prefix, int bits) {
  const int whole = bits / 8;
  if (!std::equal(prefix.begin(), prefix.begin() + whole, address.begin())) {
    return false;
  }
  const int rest = bits % 8;
  return rest == 0 || (address[whole] ^ prefix[whole]) >> (8 - rest) == 0;
}

bool IsUnder(absl::string_view host, absl::string_view domain) {
  return absl::EndsWithIgnoreCase(host, domain) &&
         (host.size() == domain.size() ||
          host[host.size() - domain.size() - 1] == '.');
}

}  // namespace

absl::string_view AddressClassName(AddressClass address_class) {
  switch (address_class) {
    case AddressClass::kPublic:
      return "public";
    case AddressClass::kLoopback:
      return "loopback";
    case AddressClass::kPrivate:
      return "private";
    case AddressClass::kLinkLocal:
      return "link-local";
    case AddressClass::kMulticast:
      return "multicast";
    case AddressClass::kUnspecified:
      return "unspecified";
    case AddressClass::kReserved:
      return "reserved";
  }
  return "unknown";
}

std::optional<Ipv4Bytes> ParseIpv4(absl::string_view text) {
  Ipv4Bytes bytes;
  for (size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0 && !absl::ConsumePrefix(&text, ".")) return std::nullopt;
    int value = 0;
    size_t digits = 0;
    while (digits < text.size() && absl::ascii_isdigit(text[digits])) {
      value = value * 10 + (text[digits] - '0');
      if (++digits > 3 || value > 255) return std::nullopt;
    }
    if (digits == 0 || (digits > 1 && text[0] == '0')) return std::nullopt;
    text.remove_prefix(digits);
    bytes[i] = static_cast<uint8_t>(value);
  }
  if (!text.empty()) return std::nullopt;
  return bytes;
}

std::optional<Ipv6Bytes> ParseIpv6(absl::string_view text) {
  // The longest form is eight groups with the last two as IPv4; and a zero byte
  // would hide what follows it.
  if (text.size() >= INET6_ADDRSTRLEN ||
      text.find('\0') != absl::string_view::npos) {
    return std::nullopt;
  }
  Ipv6Bytes bytes;
  if (inet_pton(AF_INET6, std::string(text).c_str(), bytes.data()) != 1) {
    return std::nullopt;
  }
  return bytes;
}

AddressClass ClassifyAddress(const Ipv4Bytes& address) {
  for (const Ipv4Range& range : kIpv4Ranges) {
    if (HasPrefix(address, range.prefix, range.bits)) {
      return range.address_class;
    }
  }
  return AddressClass::kPublic;
}

AddressClass ClassifyAddress(const Ipv6Bytes& address) {
  for (const Ipv6Range& range : kIpv6Ranges) {
    if (!HasPrefix(address, range.prefix, range.bits)) continue;
    if (range.embedded_at < 0) return range.address_class;
    Ipv4Bytes embedded;
    std::copy_n(address.begin() + range.embedded_at, embedded.size(),
                embedded.begin());
    return ClassifyAddress(embedded);
  }
  return AddressClass::kReserved;
}

std::optional<AddressClass> ClassifyAddress(absl::string_view text) {
  if (const auto v4 = ParseIpv4(text)) return ClassifyAddress(*v4);
  if (const auto v6 = ParseIpv6(text)) return ClassifyAddress(*v6);
  return std::nullopt;
}

bool EndsInNumber(absl::string_view host) {
  absl::ConsumeSuffix(&host, ".");
  const size_t dot = host.rfind('.');
  absl::string_view label =
      dot == absl::string_view::npos ? host : host.substr(dot + 1);
  if (label.empty()) return false;
  if (absl::StartsWithIgnoreCase(label, "0x")) {
    label.remove_prefix(2);
    return std::all_of(label.begin(), label.end(), absl::ascii_isxdigit);
  }
  return std::all_of(label.begin(), label.end(), absl::ascii_isdigit);
}

bool HostLooksLocal(absl::string_view host) {
  if (const auto address_class = ClassifyAddress(host)) {
    return *address_class != AddressClass::kPublic;
  }
  if (EndsInNumber(host)) return true;
  absl::ConsumeSuffix(&host, ".");
  if (host.find('.') == absl::string_view::npos) return true;
  for (absl::string_view domain :
       {"localhost", "local", "localdomain", "internal", "svc", "cluster.local",
        "home.arpa"}) {
    if (IsUnder(host, domain)) return true;
  }
  return false;
}

}  // namespace kaito
