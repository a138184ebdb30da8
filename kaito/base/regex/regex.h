#ifndef KAITO_BASE_REGEX_REGEX_H_
#define KAITO_BASE_REGEX_REGEX_H_

// Regular expressions in RE2's syntax, which is that of CRD patterns. Matching
// takes time linear in the text, whatever the pattern; so patterns, too, may
// come from strangers.
//
//   KAITO_ASSIGN_OR_RETURN(const Regex regex, Regex::Compile(spec.pattern));
//   if (!regex.FullMatch(name)) ...
//
//   // A pattern of our own; one object for the life of the program.
//   static const Regex& tag = *new Regex(Regex::Literal("([a-z]+):([0-9]+)"));
//   std::vector<absl::string_view> groups;
//   if (tag.FullMatch("v:7", &groups)) Use(groups[1], groups[2]);
//
// Not for what a prefix, a suffix or absl::StrSplit can tell. Safe to use from
// several threads at once.

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace re2 {
class RE2;
}  // namespace re2

namespace kaito {

struct RegexOptions {
  bool case_sensitive = true;
  bool dot_matches_newline = false;
  // Patterns of the Kubernetes API are below 300 bytes.
  int64_t max_pattern_bytes = 4096;
  // For the compiled program and, later, for the states that matching keeps.
  // "[a-z0-9.-]{1,63}" takes 10 KiB; a larger repetition of classes of Unicode
  // takes megabytes.
  int64_t max_memory_bytes = int64_t{1} << 20;
};

class Regex {
 public:
  // InvalidArgument where the pattern is no RE2 syntax or exceeds a bound.
  static absl::StatusOr<Regex> Compile(absl::string_view pattern,
                                       const RegexOptions& options = {});

  // For a constant of the source code: ends the process with a message where it
  // doesn't compile, since that is our own bug.
  template <size_t kSize>
  static Regex Literal(const char (&pattern)[kSize]) {
    return CompileOrDie(absl::string_view(pattern, kSize - 1));
  }

  Regex(Regex&& other) noexcept;
  Regex& operator=(Regex&& other) noexcept;
  ~Regex();

  // Whether all of `text`, or a part of it, matches. On a match, `groups` gets
  // the matched text in front, then each group; one that took no part in the
  // match is empty with data() == nullptr. The views point into `text`.
  bool FullMatch(absl::string_view text,
                 std::vector<absl::string_view>* groups = nullptr) const;
  bool PartialMatch(absl::string_view text,
                    std::vector<absl::string_view>* groups = nullptr) const;

  // `text` with each match that doesn't overlap an earlier one replaced by
  // `rewrite`, in which \0 is the match and \1 to \9 its groups.
  // InvalidArgument where it names a group that the pattern lacks. The result
  // may be longer than both together: not for rewrites from strangers.
  absl::StatusOr<std::string> Replace(absl::string_view text,
                                      absl::string_view rewrite) const;

  absl::string_view pattern() const;

 private:
  explicit Regex(std::unique_ptr<const re2::RE2> re2);
  static Regex CompileOrDie(absl::string_view pattern);
  bool Match(absl::string_view text, bool whole,
             std::vector<absl::string_view>* groups) const;

  std::unique_ptr<const re2::RE2> re2_;  // Null only after a move.
};

}  // namespace kaito

#endif  // KAITO_BASE_REGEX_REGEX_H_
