#include "kaito/base/url/url.h"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/url/address.h"
#include "kaito/base/url/percent_encoding.h"

namespace kaito {
namespace {

// Signed download URLs reach 4 KiB; servers refuse request lines beyond 8
// or 16.
constexpr size_t kMaxUrlBytes = size_t{16} << 10;
// RFC 1035, 2.3.4.
constexpr size_t kMaxHostBytes = 253;
constexpr size_t kMaxLabelBytes = 63;

// RFC 3986, 2.2 and 3.3 to 3.5: what each part holds beside letters, digits,
// "-._~" and escapes.
constexpr absl::string_view kUserinfoChars = "!$&'()*+,;=:";
constexpr absl::string_view kPathChars = "!$&'()*+,;=:@/";
constexpr absl::string_view kQueryChars = "!$&'()*+,;=:@/?";

absl::Status Error(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("URL: ", what));
}

absl::Status CheckSize(size_t bytes) {
  if (bytes <= kMaxUrlBytes) return absl::OkStatus();
  return Error(
      absl::StrCat(bytes, " bytes, more than the ", kMaxUrlBytes, " allowed"));
}

// Checks the characters and escapes of one part of a URL. Messages name the
// part and the byte, but show no text: it may be a password.
absl::Status CheckChars(absl::string_view part, absl::string_view text,
                        absl::string_view allowed) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' ||
        c == '~' || allowed.find(c) != absl::string_view::npos) {
      continue;
    }
    const auto byte = static_cast<uint8_t>(c);
    if (c != '%') {
      return Error(absl::StrCat("byte ", i, " of the ", part, ", 0x",
                                absl::Hex(byte, absl::kZeroPad2),
                                ", must be written as %",
                                absl::Hex(byte, absl::kZeroPad2)));
    }
    if (i + 2 >= text.size() || !absl::ascii_isxdigit(text[i + 1]) ||
        !absl::ascii_isxdigit(text[i + 2])) {
      return Error(absl::StrCat("% at byte ", i, " of the ", part,
                                " isn't followed by two hexadecimal digits"));
    }
    i += 2;
  }
  return absl::OkStatus();
}

int DefaultPort(absl::string_view scheme) {
  return scheme == "https" ? 443 : 80;
}

absl::Status CheckName(absl::string_view host) {
  if (host.size() > kMaxHostBytes) {
    return Error(absl::StrCat("the host has ", host.size(),
                              " bytes, more than DNS allows (253)"));
  }
  if (EndsInNumber(host)) {
    return Error(
        absl::StrCat("host ", host,
                     " is no IPv4 address of four decimal numbers, and "
                     "no name ends in a number"));
  }
  absl::ConsumeSuffix(&host, ".");
  for (absl::string_view label : absl::StrSplit(host, '.')) {
    if (label.empty() || label.size() > kMaxLabelBytes ||
        label.front() == '-' || label.back() == '-') {
      return Error(absl::StrCat(
          "host ", host, ": the label \"", label,
          "\" is empty, longer than 63 bytes, or has a hyphen at an end"));
    }
  }
  return absl::OkStatus();
}

// Merges and removes dot segments (RFC 3986, 5.2.3 and 5.2.4).
std::string RemoveDotSegments(absl::string_view path) {
  std::string out;
  out.reserve(path.size());
  // Each turn takes "/segment"; the first slash is given by what Url holds.
  while (!path.empty()) {
    const size_t end = path.find('/', 1);
    const absl::string_view segment = path.substr(0, end);
    const bool last = end == absl::string_view::npos;
    path.remove_prefix(segment.size());
    if (segment == "/.") {
      if (last) out += '/';
    } else if (segment == "/..") {
      const size_t slash = out.rfind('/');
      out.resize(slash == std::string::npos ? 0 : slash);
      if (last) out += '/';
    } else {
      out.append(segment.data(), segment.size());
    }
  }
  return out;
}

std::optional<std::string> Copy(std::optional<absl::string_view> text) {
  if (!text.has_value()) return std::nullopt;
  return std::string(*text);
}

}  // namespace

struct Url::Parts {
  std::optional<absl::string_view> scheme;
  std::optional<absl::string_view> authority;
  absl::string_view path;
  std::optional<absl::string_view> query;
  std::optional<absl::string_view> fragment;
};

// RFC 3986, appendix B. Finds the borders without judging what is between.
Url::Parts Url::Split(absl::string_view text) {
  Parts parts;
  if (const size_t hash = text.find('#'); hash != absl::string_view::npos) {
    parts.fragment = text.substr(hash + 1);
    text = text.substr(0, hash);
  }
  if (const size_t mark = text.find('?'); mark != absl::string_view::npos) {
    parts.query = text.substr(mark + 1);
    text = text.substr(0, mark);
  }
  const size_t colon = text.find_first_of(":/");
  if (colon != absl::string_view::npos && text[colon] == ':') {
    parts.scheme = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (absl::ConsumePrefix(&text, "//")) {
    parts.authority = text.substr(0, text.find('/'));
    text.remove_prefix(parts.authority->size());
  }
  parts.path = text;
  return parts;
}

absl::StatusOr<Url> Url::Parse(absl::string_view text) {
  KAITO_RETURN_IF_ERROR(CheckSize(text.size()));
  return Make(Split(text));
}

absl::StatusOr<Url> Url::Make(const Parts& parts) {
  Url url;
  url.scheme_ = absl::AsciiStrToLower(parts.scheme.value_or(""));
  if (url.scheme_ != "http" && url.scheme_ != "https") {
    return Error("it must begin with http:// or https://");
  }
  if (!parts.authority.has_value()) {
    return Error("two slashes must follow the scheme");
  }
  KAITO_RETURN_IF_ERROR(url.SetAuthority(*parts.authority));
  KAITO_RETURN_IF_ERROR(CheckChars("path", parts.path, kPathChars));
  url.path_ = parts.path.empty() ? "/" : std::string(parts.path);
  KAITO_RETURN_IF_ERROR(
      CheckChars("query", parts.query.value_or(""), kQueryChars));
  url.query_ = Copy(parts.query);
  KAITO_RETURN_IF_ERROR(
      CheckChars("fragment", parts.fragment.value_or(""), kQueryChars));
  url.fragment_ = Copy(parts.fragment);
  return url;
}

absl::Status Url::SetAuthority(absl::string_view authority) {
  if (const size_t at = authority.find('@'); at != absl::string_view::npos) {
    userinfo_ = std::string(authority.substr(0, at));
    KAITO_RETURN_IF_ERROR(CheckChars("userinfo", userinfo_, kUserinfoChars));
    authority.remove_prefix(at + 1);
  }
  absl::string_view host = authority;
  std::optional<absl::string_view> port;
  if (absl::StartsWith(authority, "[")) {
    const size_t close = authority.find(']');
    if (close == absl::string_view::npos) return Error("\"[\" without \"]\"");
    host = authority.substr(0, close + 1);
    absl::string_view rest = authority.substr(close + 1);
    if (absl::ConsumePrefix(&rest, ":")) {
      port = rest;
    } else if (!rest.empty()) {
      return Error("only a port may follow the \"]\" of an IPv6 address");
    }
  } else if (const size_t colon = authority.find(':');
             colon != absl::string_view::npos) {
    host = authority.substr(0, colon);
    port = authority.substr(colon + 1);
  }
  KAITO_RETURN_IF_ERROR(SetHost(host));
  port_ = DefaultPort(scheme_);
  // RFC 3986, 3.2.3: a colon alone means the default.
  if (!port.has_value() || port->empty()) return absl::OkStatus();
  if (!std::all_of(port->begin(), port->end(), absl::ascii_isdigit)) {
    return Error(absl::StrCat("the port of host ", host_, " is no number"));
  }
  if (port->size() > 5 || !absl::SimpleAtoi(*port, &port_) || port_ < 1 ||
      port_ > 65535) {
    return Error(
        absl::StrCat("the port of host ", host_, " isn't within 1 to 65535"));
  }
  return absl::OkStatus();
}

absl::Status Url::SetHost(absl::string_view host) {
  if (host.empty()) return Error("the host is empty");
  if (absl::ConsumePrefix(&host, "[")) {
    absl::ConsumeSuffix(&host, "]");
    const auto v6 = ParseIpv6(host);
    if (!v6.has_value()) return Error("what is in [] is no IPv6 address");
    char text[INET6_ADDRSTRLEN];
    inet_ntop(AF_INET6, v6->data(), text, sizeof(text));
    host_ = text;
    host_type_ = HostType::kIpv6;
    return absl::OkStatus();
  }
  for (const char c : host) {
    // "_" is in no host's name by RFC 952, but in names that are in use.
    if (absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_') continue;
    return Error(absl::StrCat(
        "byte 0x", absl::Hex(static_cast<uint8_t>(c), absl::kZeroPad2),
        " in the host; a name is letters, digits, \"-\" and \".\" (others in "
        "their xn-- form)"));
  }
  host_ = absl::AsciiStrToLower(host);
  if (ParseIpv4(host_).has_value()) {
    host_type_ = HostType::kIpv4;
    return absl::OkStatus();
  }
  host_type_ = HostType::kName;
  return CheckName(host_);
}

absl::StatusOr<Url> Url::Resolve(absl::string_view reference) const {
  KAITO_RETURN_IF_ERROR(CheckSize(reference.size()));
  Parts parts = Split(reference);
  if (parts.scheme.has_value()) {
    KAITO_ASSIGN_OR_RETURN(Url url, Make(parts));
    url.path_ = RemoveDotSegments(url.path_);
    return url;
  }
  std::string path;
  const std::string authority =
      absl::StrCat(userinfo_, userinfo_.empty() ? "" : "@", HostHeader());
  if (!parts.authority.has_value()) {
    parts.authority = authority;
    if (parts.path.empty()) {
      path = path_;
      if (!parts.query.has_value() && query_.has_value()) parts.query = *query_;
    } else if (parts.path.front() == '/') {
      path = RemoveDotSegments(parts.path);
    } else {
      path = RemoveDotSegments(
          absl::StrCat(path_.substr(0, path_.rfind('/') + 1), parts.path));
    }
  } else {
    path = RemoveDotSegments(parts.path);
  }
  parts.scheme = scheme_;
  parts.path = path;
  KAITO_ASSIGN_OR_RETURN(Url url, Make(parts));
  KAITO_RETURN_IF_ERROR(CheckSize(url.ToString().size()));
  return url;
}

std::optional<std::string> Url::QueryValue(absl::string_view name) const {
  if (!query_.has_value()) return std::nullopt;
  const absl::StatusOr<QueryParameters> query = ParseQuery(*query_);
  if (!query.ok()) return std::nullopt;
  const std::string* value = FindParameter(*query, name);
  return value != nullptr ? std::optional(*value) : std::nullopt;
}

Url Url::WithQueryValue(absl::string_view name, absl::string_view value) const {
  Url url = *this;
  url.query_ =
      absl::StrCat(query_.value_or(""), query_.value_or("").empty() ? "" : "&",
                   PercentEncode(name), "=", PercentEncode(value));
  return url;
}

std::string Url::HostHeader() const {
  const bool v6 = host_type_ == HostType::kIpv6;
  std::string out = absl::StrCat(v6 ? "[" : "", host_, v6 ? "]" : "");
  if (port_ != DefaultPort(scheme_)) absl::StrAppend(&out, ":", port_);
  return out;
}

std::string Url::Origin() const {
  return absl::StrCat(scheme_, "://", HostHeader());
}

std::string Url::PathAndQuery() const {
  return absl::StrCat(path_, query_.has_value() ? "?" : "",
                      query_.value_or(""));
}

std::string Url::ToString() const {
  return absl::StrCat(scheme_, "://", userinfo_, userinfo_.empty() ? "" : "@",
                      HostHeader(), PathAndQuery(),
                      fragment_.has_value() ? "#" : "", fragment_.value_or(""));
}

std::string Url::Redacted() const { return absl::StrCat(Origin(), path_); }

}  // namespace kaito
