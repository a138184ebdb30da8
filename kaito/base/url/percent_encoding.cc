#include "kaito/base/url/percent_encoding.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace kaito {
namespace {

// Far beyond any request of ours or of kubectl's; keeps a hostile query from
// costing forty times its size.
constexpr size_t kMaxParameters = 1000;

int HexValue(char c) {
  if (absl::ascii_isdigit(c)) return c - '0';
  return absl::ascii_tolower(c) - 'a' + 10;
}

absl::StatusOr<std::string> DecodeForm(absl::string_view text) {
  return PercentDecode(absl::StrReplaceAll(text, {{"+", " "}}));
}

}  // namespace

std::string PercentEncode(absl::string_view text, absl::string_view keep) {
  constexpr absl::string_view kHex = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' ||
        c == '~' || keep.find(c) != absl::string_view::npos) {
      out += c;
    } else {
      const auto byte = static_cast<uint8_t>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

absl::StatusOr<std::string> PercentDecode(absl::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size() || !absl::ascii_isxdigit(text[i + 1]) ||
        !absl::ascii_isxdigit(text[i + 2])) {
      return absl::InvalidArgumentError(absl::StrCat(
          "percent encoding: % at byte ", i,
          " isn't followed by two hexadecimal digits; write % itself as %25"));
    }
    out +=
        static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
    i += 2;
  }
  return out;
}

absl::StatusOr<QueryParameters> ParseQuery(absl::string_view query) {
  QueryParameters parameters;
  while (!query.empty()) {
    const size_t end = query.find('&');
    const absl::string_view pair = query.substr(0, end);
    query.remove_prefix(end == absl::string_view::npos ? query.size()
                                                       : end + 1);
    if (pair.empty()) continue;
    if (parameters.size() == kMaxParameters) {
      return absl::InvalidArgumentError(
          absl::StrCat("query: more than ", kMaxParameters, " parameters"));
    }
    const size_t equals = pair.find('=');
    absl::StatusOr<std::string> name = DecodeForm(pair.substr(0, equals));
    if (!name.ok()) return name.status();
    absl::StatusOr<std::string> value =
        DecodeForm(equals == absl::string_view::npos ? absl::string_view()
                                                     : pair.substr(equals + 1));
    if (!value.ok()) return value.status();
    parameters.emplace_back(*std::move(name), *std::move(value));
  }
  return parameters;
}

const std::string* FindParameter(const QueryParameters& query,
                                 absl::string_view name) {
  for (const auto& [key, value] : query) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace kaito
