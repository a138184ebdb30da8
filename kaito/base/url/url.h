#ifndef KAITO_BASE_URL_URL_H_
#define KAITO_BASE_URL_URL_H_

// An absolute http or https URL, checked against RFC 3986 when it is made, so
// that what is logged, compared, and connected to is the same.
//
//   KAITO_ASSIGN_OR_RETURN(const Url url, Url::Parse(spec.url));
//   Connect(url.host(), url.port(), url.scheme() == "https");
//   Send("GET", url.PathAndQuery(), url.HostHeader());
//   KAITO_ASSIGN_OR_RETURN(const Url next, url.Resolve(location));  //
//   Redirect. log << url.Redacted();               // Never ToString(): it has
//   secrets.
//
// Stricter than browsers: no spaces, backslashes, control characters or bytes
// beyond ASCII (they are percent-encoded in a URL), no percent encoding in the
// host, and no IPv4 address but four decimal numbers: the other forms of
// inet_aton() are how filters get bypassed. Whether a host may be talked to is
// address.h's question. References to images are no URLs.

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito {

class Url {
 public:
  enum class HostType { kName, kIpv4, kIpv6 };

  // InvalidArgument; the message shows no more of the text than its host.
  static absl::StatusOr<Url> Parse(absl::string_view text);

  // What `reference` means on a page at this URL (RFC 3986, 5.2, strict). The
  // userinfo of this URL goes along only with a reference that names no host.
  absl::StatusOr<Url> Resolve(absl::string_view reference) const;

  // "http" or "https".
  const std::string& scheme() const { return scheme_; }
  // "name:password" as written, or empty; still percent-encoded.
  const std::string& userinfo() const { return userinfo_; }
  // In lower case; an IPv6 address without brackets and in its shortest form. A
  // name's final dot stays, since it keeps a resolver from its search list.
  const std::string& host() const { return host_; }
  HostType host_type() const { return host_type_; }
  // The scheme's own where none is written. Never 0.
  int port() const { return port_; }
  // Begins with "/"; still percent-encoded.
  const std::string& path() const { return path_; }
  // What follows "?" and "#", still percent-encoded; nullopt differs from "".
  const std::optional<std::string>& query() const { return query_; }
  const std::optional<std::string>& fragment() const { return fragment_; }

  // The first value of that name in the query, decoded as a form's field.
  std::optional<std::string> QueryValue(absl::string_view name) const;
  // This URL with name=value put at the end of the query, encoded. The bound on
  // a URL's size (16 KiB) isn't checked.
  Url WithQueryValue(absl::string_view name, absl::string_view value) const;

  // "host" or "host:port", with the brackets of IPv6 and without the scheme's
  // own port: what the Host header holds.
  std::string HostHeader() const;
  // "https://host:port", as HostHeader() writes it: equal for URLs that go to
  // the same server the same way.
  std::string Origin() const;
  // "/path?query": what a request's first line holds.
  std::string PathAndQuery() const;
  // All of it. Parse() of it gives this URL again. May hold secrets.
  std::string ToString() const;
  // For logs and messages: without userinfo, query and fragment.
  std::string Redacted() const;

  bool operator==(const Url& other) const = default;

 private:
  struct Parts;  // Of the text, not yet checked.

  Url() = default;
  static Parts Split(absl::string_view text);
  static absl::StatusOr<Url> Make(const Parts& parts);
  absl::Status SetAuthority(absl::string_view authority);
  absl::Status SetHost(absl::string_view host);

  std::string scheme_;
  std::string userinfo_;
  std::string host_;
  HostType host_type_ = HostType::kName;
  int port_ = 0;
  std::string path_;
  std::optional<std::string> query_;
  std::optional<std::string> fragment_;
};

}  // namespace kaito

#endif  // KAITO_BASE_URL_URL_H_
