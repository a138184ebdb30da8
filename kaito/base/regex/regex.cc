#include "kaito/base/regex/regex.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/check/check.h"
#include "re2/re2.h"

namespace kaito {
namespace {

re2::StringPiece Piece(absl::string_view s) { return {s.data(), s.size()}; }

// What error messages show of a pattern.
constexpr size_t kShownBytes = 100;

std::string Shown(absl::string_view pattern) {
  const bool whole = pattern.size() <= kShownBytes;
  return absl::StrCat("\"", absl::CHexEscape(pattern.substr(0, kShownBytes)),
                      whole ? "\"" : "\"...");
}

}  // namespace

Regex::Regex(std::unique_ptr<const re2::RE2> re2) : re2_(std::move(re2)) {}
Regex::Regex(Regex&& other) noexcept = default;
Regex& Regex::operator=(Regex&& other) noexcept = default;
Regex::~Regex() = default;

absl::StatusOr<Regex> Regex::Compile(absl::string_view pattern,
                                     const RegexOptions& options) {
  if (static_cast<int64_t>(pattern.size()) > options.max_pattern_bytes) {
    return absl::InvalidArgumentError(absl::StrCat(
        "regular expression: ", pattern.size(), " bytes, more than the ",
        options.max_pattern_bytes, " allowed here"));
  }
  re2::RE2::Options re2_options;
  re2_options.set_log_errors(false);
  re2_options.set_case_sensitive(options.case_sensitive);
  re2_options.set_dot_nl(options.dot_matches_newline);
  re2_options.set_max_mem(options.max_memory_bytes);
  auto re2 = std::make_unique<re2::RE2>(Piece(pattern), re2_options);
  if (!re2->ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("regular expression ", Shown(pattern), ": ",
                     absl::CHexEscape(re2->error())));
  }
  return Regex(std::move(re2));
}

Regex Regex::CompileOrDie(absl::string_view pattern) {
  absl::StatusOr<Regex> regex = Compile(pattern);
  KAITO_CHECK_OK(regex.status()) << "Regex::Literal";
  return *std::move(regex);
}

bool Regex::FullMatch(absl::string_view text,
                      std::vector<absl::string_view>* groups) const {
  return Match(text, /*whole=*/true, groups);
}

bool Regex::PartialMatch(absl::string_view text,
                         std::vector<absl::string_view>* groups) const {
  return Match(text, /*whole=*/false, groups);
}

bool Regex::Match(absl::string_view text, bool whole,
                  std::vector<absl::string_view>* groups) const {
  // RE2 tells an empty group from an absent one by its pointer, so the text
  // must have one.
  if (text.data() == nullptr) text = absl::string_view("", 0);
  std::vector<re2::StringPiece> found(
      groups != nullptr ? re2_->NumberOfCapturingGroups() + 1 : 0);
  const auto anchor = whole ? re2::RE2::ANCHOR_BOTH : re2::RE2::UNANCHORED;
  if (!re2_->Match(Piece(text), 0, text.size(), anchor, found.data(),
                   static_cast<int>(found.size()))) {
    return false;
  }
  if (groups != nullptr) {
    groups->clear();
    for (const re2::StringPiece& piece : found) {
      groups->emplace_back(piece.data(), piece.size());
    }
  }
  return true;
}

absl::StatusOr<std::string> Regex::Replace(absl::string_view text,
                                           absl::string_view rewrite) const {
  std::string error;
  if (!re2_->CheckRewriteString(Piece(rewrite), &error)) {
    return absl::InvalidArgumentError(
        absl::StrCat("rewrite of regular expression ", Shown(pattern()), ": ",
                     absl::CHexEscape(error)));
  }
  std::string result(text);
  re2::RE2::GlobalReplace(&result, *re2_, Piece(rewrite));
  return result;
}

absl::string_view Regex::pattern() const { return re2_->pattern(); }

}  // namespace kaito
