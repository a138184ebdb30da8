#include "kaito/api/workspace/credential.h"

#include <cstddef>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"

namespace kaito::api {
namespace {

struct Pattern {
  absl::string_view start;
  // Letters, digits, '_' and '-' that follow at least. 0: all that follows
  // belongs to it, whatever it is.
  size_t shortest_rest;
  absl::string_view kind;
};

// As their services document them; the lengths are below the real ones.
constexpr Pattern kPatterns[] = {
    {"hf_", 20, "a Hugging Face token"},
    {"api_org_", 20, "a Hugging Face token"},
    {"ghp_", 30, "a GitHub token"},
    {"gho_", 30, "a GitHub token"},
    {"ghs_", 30, "a GitHub token"},
    {"github_pat_", 30, "a GitHub token"},
    {"glpat-", 20, "a GitLab token"},
    {"dckr_pat_", 20, "a Docker Hub token"},
    {"AKIA", 16, "an AWS access key"},
    {"-----BEGIN PRIVATE KEY-----", 0, "a private key"},
    {"-----BEGIN RSA PRIVATE KEY-----", 0, "a private key"},
    {"-----BEGIN EC PRIVATE KEY-----", 0, "a private key"},
};

bool IsTokenChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' ||
         c == '-';
}

struct Found {
  size_t position = 0;
  size_t length = 0;  // 0: nothing was found.
  absl::string_view kind;
};

// The first token at or after `from`.
Found Find(absl::string_view text, size_t from) {
  Found first;
  for (const Pattern& pattern : kPatterns) {
    for (size_t at = text.find(pattern.start, from);
         at != absl::string_view::npos; at = text.find(pattern.start, at + 1)) {
      // Part of a longer word, it is none.
      if (at > 0 &&
          absl::ascii_isalnum(static_cast<unsigned char>(text[at - 1]))) {
        continue;
      }
      size_t end = at + pattern.start.size();
      while (end < text.size() &&
             (pattern.shortest_rest == 0 || IsTokenChar(text[end]))) {
        ++end;
      }
      if (end - at < pattern.start.size() + pattern.shortest_rest) continue;
      if (first.length == 0 || at < first.position) {
        first = {at, end - at, pattern.kind};
      }
      break;
    }
  }
  return first;
}

}  // namespace

absl::string_view CredentialKind(absl::string_view text) {
  return Find(text, 0).kind;
}

std::string HideCredentials(absl::string_view text) {
  std::string shown;
  size_t from = 0;
  while (true) {
    const Found found = Find(text, from);
    if (found.length == 0) break;
    absl::StrAppend(&shown, text.substr(from, found.position - from),
                    "(hidden)");
    from = found.position + found.length;
  }
  absl::StrAppend(&shown, text.substr(from));
  return shown;
}

void CheckNoCredentials(const json::Value& value, const std::string& path,
                        FieldErrors& errors) {
  if (const std::string* text = value.string()) {
    const absl::string_view kind = CredentialKind(*text);
    if (kind.empty()) return;
    errors.Forbidden(
        path, absl::StrCat("this looks like ", kind,
                           ": everyone who can read the Workspace would see "
                           "it; put it into a Secret, and revoke it if it is "
                           "real"));
  } else if (const json::Array* items = value.array()) {
    for (size_t i = 0; i < items->size(); ++i) {
      CheckNoCredentials((*items)[i], absl::StrCat(path, "[", i, "]"), errors);
    }
  } else if (const json::Object* members = value.object()) {
    for (const json::Member& member : *members) {
      CheckNoCredentials(member.value, absl::StrCat(path, ".", member.name),
                         errors);
    }
  }
}

}  // namespace kaito::api
