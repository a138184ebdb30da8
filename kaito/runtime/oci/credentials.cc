#include "kaito/runtime/oci/credentials.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/encoding/base64.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::runtime {
namespace {

// "https://index.docker.io/v1/" and "docker.io" are one registry.
std::string HostOf(absl::string_view key) {
  if (!absl::ConsumePrefix(&key, "https://")) {
    absl::ConsumePrefix(&key, "http://");
  }
  const std::string host(key.substr(0, key.find('/')));
  return host == "index.docker.io" || host == "registry-1.docker.io"
             ? "docker.io"
             : host;
}

absl::StatusOr<Credentials> ReadEntry(const json::Value& entry) {
  Credentials out;
  out.identity_token = Secret(entry.StringAt({"identitytoken"}));
  const absl::string_view auth = entry.StringAt({"auth"});
  if (auth.empty()) {
    out.user = std::string(entry.StringAt({"username"}));
    out.password = Secret(entry.StringAt({"password"}));
    return out;
  }
  absl::StatusOr<std::string> pair = Base64Decode(auth);
  const size_t colon = pair.ok() ? pair->find(':') : std::string::npos;
  if (colon == std::string::npos) {
    return absl::InvalidArgumentError(
        "auth: want base64 of user:password, got something else");
  }
  out.user = pair->substr(0, colon);
  out.password = Secret(absl::string_view(*pair).substr(colon + 1));
  Secret::Take(*std::move(pair));  // Zeroes it.
  return out;
}

void SkipSpaces(absl::string_view* text) {
  *text = absl::StripLeadingAsciiWhitespace(*text);
}

// name="value" or name=value.
bool TakeParameter(absl::string_view* text, std::string* name,
                   std::string* value) {
  const size_t equals = text->find('=');
  if (equals == absl::string_view::npos) return false;
  *name = absl::AsciiStrToLower(
      absl::StripAsciiWhitespace(text->substr(0, equals)));
  text->remove_prefix(equals + 1);
  SkipSpaces(text);
  value->clear();
  if (!absl::ConsumePrefix(text, "\"")) {
    *value = std::string(
        absl::StripAsciiWhitespace(text->substr(0, text->find(','))));
    text->remove_prefix(std::min(text->find(','), text->size()));
    return true;
  }
  while (!text->empty() && text->front() != '"') {
    if (text->front() == '\\') text->remove_prefix(1);
    if (text->empty()) return false;
    value->push_back(text->front());
    text->remove_prefix(1);
  }
  return absl::ConsumePrefix(text, "\"");
}

}  // namespace

absl::StatusOr<Credentials> FindCredentials(absl::string_view config_json,
                                            absl::string_view registry) {
  absl::StatusOr<json::Value> config = json::Parse(
      config_json,
      {.max_bytes = 1 << 20, .duplicates = json::Duplicates::kLastWins});
  // Never the parser's own message: it could show a part of a secret.
  if (!config.ok() || config->object() == nullptr) {
    return absl::InvalidArgumentError(
        "want a docker config.json, {\"auths\":{...}}");
  }
  const json::Value* auths = config->Find("auths");
  if (auths == nullptr || auths->object() == nullptr) return Credentials();
  for (const auto& [key, entry] : *auths->object()) {
    if (HostOf(key) != HostOf(registry)) continue;
    absl::StatusOr<Credentials> found = ReadEntry(entry);
    if (!found.ok()) {
      return Annotate(found.status(), absl::StrCat("auths of ", HostOf(key)));
    }
    return found;
  }
  return Credentials();
}

absl::StatusOr<Challenge> ParseChallenge(absl::string_view header) {
  const auto bad = [](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("WWW-Authenticate: ", why));
  };
  SkipSpaces(&header);
  const absl::string_view scheme = header.substr(0, header.find(' '));
  Challenge out;
  if (absl::EqualsIgnoreCase(scheme, "Bearer")) {
    out.scheme = Challenge::Scheme::kBearer;
  } else if (!absl::EqualsIgnoreCase(scheme, "Basic")) {
    return bad("want Basic or Bearer");
  }
  header.remove_prefix(scheme.size());
  SkipSpaces(&header);
  std::string name;
  std::string value;
  while (!header.empty()) {
    if (!TakeParameter(&header, &name, &value)) return bad("is malformed");
    if (name == "realm") out.realm = value;
    if (name == "service") out.service = value;
    if (name == "scope") out.scope = value;
    SkipSpaces(&header);
    if (header.empty()) break;
    if (!absl::ConsumePrefix(&header, ",")) return bad("is malformed");
    SkipSpaces(&header);
  }
  if (out.scheme == Challenge::Scheme::kBearer && out.realm.empty()) {
    return bad("has no realm");
  }
  return out;
}

}  // namespace kaito::runtime
