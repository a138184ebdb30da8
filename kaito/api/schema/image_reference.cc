#include "kaito/api/schema/image_reference.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"

namespace kaito::api {
namespace {

// Limits of the distribution specification and of Docker's parser.
constexpr size_t kLongestName = 255;  // Registry and repository together.
constexpr size_t kLongestTag = 128;
constexpr size_t kLongestReference = 1024;

constexpr absl::string_view kDockerHub = "docker.io";

bool IsLowerOrDigit(char c) {
  return absl::ascii_islower(static_cast<unsigned char>(c)) ||
         absl::ascii_isdigit(static_cast<unsigned char>(c));
}

bool IsAlnum(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c));
}

bool HasUpper(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isupper(static_cast<unsigned char>(c));
  });
}

absl::Status Bad(absl::string_view text, absl::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat(QuoteForMessage(text), " is no image reference: ", problem));
}

// Letters and digits with single '.' or '_', a double '_', or any number of
// '-' between them.
bool IsPathComponent(absl::string_view part) {
  if (part.empty() || !IsLowerOrDigit(part.front()) ||
      !IsLowerOrDigit(part.back())) {
    return false;
  }
  for (size_t i = 0; i < part.size();) {
    size_t end = i;
    while (end < part.size() && !IsLowerOrDigit(part[end])) ++end;
    const absl::string_view separator = part.substr(i, end - i);
    if (!separator.empty() && separator != "." && separator != "_" &&
        separator != "__" &&
        separator.find_first_not_of('-') != absl::string_view::npos) {
      return false;
    }
    i = end + 1;
  }
  return true;
}

// A host's name, an IPv4 address, or an IPv6 address in brackets.
bool IsHost(absl::string_view host) {
  if (absl::ConsumePrefix(&host, "[")) {
    if (!absl::ConsumeSuffix(&host, "]") || host.empty()) return false;
    return std::all_of(host.begin(), host.end(), [](char c) {
      return absl::ascii_isxdigit(static_cast<unsigned char>(c)) || c == ':';
    });
  }
  const std::vector<absl::string_view> labels = absl::StrSplit(host, '.');
  return std::all_of(labels.begin(), labels.end(), [](absl::string_view label) {
    return !label.empty() && IsAlnum(label.front()) && IsAlnum(label.back()) &&
           std::all_of(label.begin(), label.end(),
                       [](char c) { return IsAlnum(c) || c == '-'; });
  });
}

bool IsRegistry(absl::string_view registry) {
  const size_t colon = registry.rfind(':');
  const size_t bracket = registry.rfind(']');
  if (colon == absl::string_view::npos ||
      (bracket != absl::string_view::npos && bracket > colon)) {
    return IsHost(registry);
  }
  int port = 0;
  const absl::string_view digits = registry.substr(colon + 1);
  return IsHost(registry.substr(0, colon)) && !digits.empty() &&
         digits.size() <= 5 &&
         std::all_of(
             digits.begin(), digits.end(),
             [](char c) {
               return absl::ascii_isdigit(static_cast<unsigned char>(c));
             }) &&
         absl::SimpleAtoi(digits, &port) && port >= 1 && port <= 65535;
}

bool IsTag(absl::string_view tag) {
  return !tag.empty() && tag.size() <= kLongestTag && tag[0] != '.' &&
         tag[0] != '-' && std::all_of(tag.begin(), tag.end(), [](char c) {
           return IsAlnum(c) || c == '_' || c == '.' || c == '-';
         });
}

bool IsDigest(absl::string_view digest) {
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(digest, absl::MaxSplits(':', 1));
  const absl::string_view hex = parts.second;
  if (!std::all_of(hex.begin(), hex.end(), [](char c) {
        return absl::ascii_isdigit(static_cast<unsigned char>(c)) ||
               (c >= 'a' && c <= 'f');
      })) {
    return false;
  }
  return (parts.first == "sha256" && hex.size() == 64) ||
         (parts.first == "sha384" && hex.size() == 96) ||
         (parts.first == "sha512" && hex.size() == 128);
}

bool IsHex64(absl::string_view text) {
  return text.size() == 64 && IsDigest(absl::StrCat("sha256:", text));
}

// Takes the registry off the front of `name`. The first part is one where it
// cannot be part of a repository, as Docker has it.
std::string TakeRegistry(absl::string_view& name) {
  const size_t slash = name.find('/');
  if (slash != absl::string_view::npos) {
    const absl::string_view first = name.substr(0, slash);
    if (first.find_first_of(".:[") != absl::string_view::npos ||
        first == "localhost" || HasUpper(first)) {
      name.remove_prefix(slash + 1);
      return first == "index.docker.io" ? std::string(kDockerHub)
                                        : std::string(first);
    }
  }
  return std::string(kDockerHub);
}

absl::Status CheckRepository(absl::string_view text,
                             absl::string_view repository) {
  if (HasUpper(repository)) {
    return Bad(text,
               absl::StrCat("the repository ", QuoteForMessage(repository),
                            " has upper-case letters, and registries "
                            "know lower case only"));
  }
  for (absl::string_view part : absl::StrSplit(repository, '/')) {
    if (IsPathComponent(part)) continue;
    return Bad(
        text, absl::StrCat("the repository ", QuoteForMessage(repository),
                           " may have parts of lower-case letters and digits, "
                           "with '.', '_', '__' or '-' inside, joined by '/'"));
  }
  if (IsHex64(repository)) {
    return Bad(text,
               "64 hexadecimal digits are an image's identifier on one "
               "machine, not its name");
  }
  return absl::OkStatus();
}

}  // namespace

std::string ImageReference::ToString() const {
  return absl::StrCat(registry, "/", repository, tag.empty() ? "" : ":", tag,
                      digest.empty() ? "" : "@", digest);
}

absl::string_view ImageReference::Version() const {
  if (!digest.empty()) return digest;
  return tag.empty() ? "latest" : absl::string_view(tag);
}

absl::StatusOr<ImageReference> ParseImageReference(absl::string_view text) {
  if (text.empty()) return absl::InvalidArgumentError("no image is named");
  if (text.size() > kLongestReference) {
    return Bad(text, absl::StrCat("it has ", text.size(), " characters; ",
                                  kLongestReference, " are allowed"));
  }
  if (absl::StrContains(text, "://")) {
    return Bad(text, "leave out the scheme, as in registry.example.com/a:1.0");
  }
  ImageReference image;
  absl::string_view name = text;
  if (const size_t at = name.find('@'); at != absl::string_view::npos) {
    image.digest = std::string(name.substr(at + 1));
    name = name.substr(0, at);
    if (!IsDigest(image.digest)) {
      return Bad(text,
                 "after '@' a digest is expected: sha256: and 64 "
                 "lower-case hexadecimal digits");
    }
  }
  const size_t last_slash = name.rfind('/');
  const size_t tag_colon = name.find(
      ':', last_slash == absl::string_view::npos ? 0 : last_slash + 1);
  if (tag_colon != absl::string_view::npos) {
    image.tag = std::string(name.substr(tag_colon + 1));
    name = name.substr(0, tag_colon);
    if (!IsTag(image.tag)) {
      return Bad(
          text, absl::StrCat("the tag ", QuoteForMessage(image.tag),
                             " may have letters, digits, '_', '.' and '-', not "
                             "start with '.' or '-', and be up to ",
                             kLongestTag, " long"));
    }
  }
  if (name.size() > kLongestName) {
    return Bad(text,
               absl::StrCat("registry and repository have ", name.size(),
                            " characters; ", kLongestName, " are allowed"));
  }
  image.registry = TakeRegistry(name);
  if (absl::Status status = CheckRepository(text, name); !status.ok()) {
    return status;
  }
  if (!IsRegistry(image.registry)) {
    return Bad(text,
               absl::StrCat("the registry ", QuoteForMessage(image.registry),
                            " is no host name, with or without a port"));
  }
  const bool official =
      image.registry == kDockerHub && !absl::StrContains(name, '/');
  image.repository = absl::StrCat(official ? "library/" : "", name);
  return image;
}

}  // namespace kaito::api
