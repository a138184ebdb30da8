#include "kaito/runtime/tokenizer/pre_tokenizer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/tokenizer/byte_alphabet.h"
#include "kaito/runtime/tokenizer/char_class.h"
#include "kaito/runtime/tokenizer/char_set.h"
#include "kaito/runtime/tokenizer/component_spec.h"
#include "kaito/runtime/tokenizer/mapped_text.h"
#include "kaito/runtime/tokenizer/normalizer.h"
#include "kaito/runtime/tokenizer/pattern.h"
#include "kaito/runtime/tokenizer/pattern_parser.h"
#include "kaito/runtime/tokenizer/splitter.h"
#include "kaito/runtime/tokenizer/utf8.h"

namespace kaito::runtime::tokenization {
namespace {

// What "ByteLevel" splits by where use_regex is set: GPT-2's rule.
constexpr absl::string_view kGpt2Words =
    R"('s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+)"
    R"(|\s+(?!\S)|\s+)";

class Split : public PreTokenizer {
 public:
  explicit Split(Splitter splitter) : splitter_(std::move(splitter)) {}

  bool Apply(PreTokenized* text, PatternBudget* budget) const override {
    std::vector<Piece> pieces;
    pieces.reserve(text->pieces.size());
    for (const Piece& piece : text->pieces) {
      if (!splitter_.Split(text->text.text(), piece, budget, &pieces)) {
        return false;
      }
    }
    text->pieces = std::move(pieces);
    return true;
  }
  int64_t MaxGrowth() const override { return 1; }

 private:
  Splitter splitter_;
};

// Puts `prefix` before each piece that `wants` it.
template <typename Wants>
void PrefixPieces(absl::string_view prefix, Wants wants, PreTokenized* text) {
  MappedText out(text->text.tracks_origin());
  out.Reserve(text->text.text().size() + prefix.size());
  for (Piece& piece : text->pieces) {
    const size_t begin = out.text().size();
    if (wants(piece)) {
      out.AppendAs(prefix, text->text.Origin(piece.begin, piece.begin + 1));
    }
    out.Append(text->text, piece.begin, piece.end);
    piece = {begin, out.text().size()};
  }
  text->text = std::move(out);
}

// A space before each piece that lacks one.
class PrefixSpace : public PreTokenizer {
 public:
  bool Apply(PreTokenized* text, PatternBudget* budget) const override {
    const std::string before = text->text.text();
    PrefixPieces(
        " ", [&](const Piece& p) { return before[p.begin] != ' '; }, text);
    return true;
  }
  int64_t MaxGrowth() const override { return 2; }  // Pieces of one byte.
};

// Writes each byte as its character of the byte alphabet.
class MapBytes : public PreTokenizer {
 public:
  bool Apply(PreTokenized* text, PatternBudget* budget) const override {
    const std::string& in = text->text.text();
    MappedText out(text->text.tracks_origin());
    out.Reserve(in.size() + in.size() / 2);
    for (Piece& piece : text->pieces) {
      const size_t begin = out.text().size();
      for (size_t i = piece.begin; i < piece.end; ++i) {
        out.AppendAs(CharacterOfByte(static_cast<uint8_t>(in[i])),
                     text->text.Origin(i, i + 1));
      }
      piece = {begin, out.text().size()};
    }
    text->text = std::move(out);
    return true;
  }
  int64_t MaxGrowth() const override { return 2; }
};

// Spaces become a visible character, which also begins the text; words start at
// it.
class Metaspace : public PreTokenizer {
 public:
  enum class Prepend { kAlways, kFirst, kNever };

  Metaspace(std::string replacement, Prepend prepend)
      : replacement_(std::move(replacement)), prepend_(prepend) {}

  bool Apply(PreTokenized* text, PatternBudget* budget) const override {
    ReplaceSpaces(text);
    if (prepend_ == Prepend::kNever) return true;
    const std::string before = text->text.text();
    PrefixPieces(
        replacement_,
        [&](const Piece& p) {
          return !absl::StartsWith(absl::string_view(before).substr(p.begin),
                                   replacement_) &&
                 (prepend_ == Prepend::kAlways ||
                  (p.begin == 0 && text->at_input_start));
        },
        text);
    return true;
  }
  int64_t MaxGrowth() const override {
    const int64_t size = static_cast<int64_t>(replacement_.size());
    return prepend_ == Prepend::kAlways ? size * (size + 1) : size;
  }

 private:
  void ReplaceSpaces(PreTokenized* text) const {
    const std::string& in = text->text.text();
    MappedText out(text->text.tracks_origin());
    out.Reserve(in.size() + in.size() / 2);
    for (Piece& piece : text->pieces) {
      const size_t begin = out.text().size();
      size_t done = piece.begin;
      for (size_t at = in.find(' ', done); at < piece.end;
           at = in.find(' ', done)) {
        out.Append(text->text, done, at);
        out.AppendAs(replacement_, text->text.Origin(at, at + 1));
        done = at + 1;
      }
      out.Append(text->text, done, piece.end);
      piece = {begin, out.text().size()};
    }
    text->text = std::move(out);
  }

  std::string replacement_;
  Prepend prepend_;
};

class Sequence : public PreTokenizer {
 public:
  explicit Sequence(std::vector<std::unique_ptr<PreTokenizer>> steps)
      : steps_(std::move(steps)) {}

  bool Apply(PreTokenized* text, PatternBudget* budget) const override {
    for (const auto& step : steps_) {
      if (!step->Apply(text, budget)) return false;
    }
    return true;
  }
  int64_t MaxGrowth() const override {
    int64_t growth = 1;
    for (const auto& step : steps_) {
      growth = std::min(growth * step->MaxGrowth(), kUnboundedGrowth);
    }
    return growth;
  }

 private:
  std::vector<std::unique_ptr<PreTokenizer>> steps_;
};

using Result = absl::StatusOr<std::unique_ptr<PreTokenizer>>;

Result MakeSplit(Pattern pattern, SplitBehavior behavior, bool invert = false) {
  return std::make_unique<Split>(
      Splitter(std::move(pattern), behavior, invert));
}

absl::StatusOr<SplitBehavior> BehaviorOf(const ComponentSpec& spec) {
  KAITO_ASSIGN_OR_RETURN(const std::string name, spec.String("behavior"));
  const auto behavior = SplitBehaviorFromName(name);
  if (!behavior.has_value()) {
    return spec.Field("behavior")
        .Error(
            "want Removed, Isolated, MergedWithPrevious, MergedWithNext or "
            "Contiguous");
  }
  return *behavior;
}

absl::StatusOr<Pattern> PatternOf(const ComponentSpec& spec) {
  const ComponentSpec field = spec.Field("pattern");
  if (field.value().Find("Regex") != nullptr) {
    KAITO_ASSIGN_OR_RETURN(const std::string regex, field.String("Regex"));
    absl::StatusOr<Pattern> pattern = ParsePattern(regex);
    if (!pattern.ok()) {
      return field.Field("Regex").Error(pattern.status().message());
    }
    return pattern;
  }
  KAITO_ASSIGN_OR_RETURN(const std::string text, field.String("String"));
  if (text.empty()) return field.Error("empty");
  return Pattern::Literal(text);
}

Result MakeByteLevel(const ComponentSpec& spec) {
  KAITO_ASSIGN_OR_RETURN(const bool prefix,
                         spec.Bool("add_prefix_space", true));
  KAITO_ASSIGN_OR_RETURN(const bool split, spec.Bool("use_regex", true));
  std::vector<std::unique_ptr<PreTokenizer>> steps;
  if (prefix) steps.push_back(std::make_unique<PrefixSpace>());
  if (split) {
    KAITO_ASSIGN_OR_RETURN(Pattern words, ParsePattern(kGpt2Words));
    KAITO_ASSIGN_OR_RETURN(
        auto step, MakeSplit(std::move(words), SplitBehavior::kIsolated));
    steps.push_back(std::move(step));
  }
  steps.push_back(std::make_unique<MapBytes>());
  return std::make_unique<Sequence>(std::move(steps));
}

Result MakeMetaspace(const ComponentSpec& spec) {
  KAITO_ASSIGN_OR_RETURN(std::string replacement, spec.String("replacement"));
  if (replacement.empty() ||
      replacement.size() != static_cast<size_t>(Utf8Size(replacement[0]))) {
    return spec.Field("replacement").Error("want one character");
  }
  // Older files have only this.
  KAITO_ASSIGN_OR_RETURN(const bool prefix,
                         spec.Bool("add_prefix_space", true));
  std::string scheme = prefix ? "always" : "never";
  if (!spec.Field("prepend_scheme").is_null()) {
    KAITO_ASSIGN_OR_RETURN(scheme, spec.String("prepend_scheme"));
  }
  Metaspace::Prepend prepend = Metaspace::Prepend::kAlways;
  if (scheme == "first") {
    prepend = Metaspace::Prepend::kFirst;
  } else if (scheme == "never") {
    prepend = Metaspace::Prepend::kNever;
  } else if (scheme != "always") {
    return spec.Field("prepend_scheme").Error("want always, first or never");
  }
  KAITO_ASSIGN_OR_RETURN(const bool split, spec.Bool("split", true));
  std::vector<std::unique_ptr<PreTokenizer>> steps;
  steps.push_back(std::make_unique<Metaspace>(replacement, prepend));
  if (split) {
    KAITO_ASSIGN_OR_RETURN(auto step,
                           MakeSplit(Pattern::Literal(replacement),
                                     SplitBehavior::kMergedWithNext));
    steps.push_back(std::move(step));
  }
  return std::make_unique<Sequence>(std::move(steps));
}

Pattern OneOfClasses(uint16_t classes) {
  CharSet set;
  set.AddClasses(classes);
  set.Finish();
  return Pattern::OneOf(std::move(set));
}

Result MakeNonNull(const ComponentSpec& spec);

Result MakeSequence(const ComponentSpec& spec) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<ComponentSpec> specs,
                         spec.List("pretokenizers"));
  std::vector<std::unique_ptr<PreTokenizer>> steps;
  for (const ComponentSpec& s : specs) {
    KAITO_ASSIGN_OR_RETURN(auto step, MakeNonNull(s));
    steps.push_back(std::move(step));
  }
  return std::make_unique<Sequence>(std::move(steps));
}

Result MakeNonNull(const ComponentSpec& spec) {
  const absl::string_view type = spec.type();
  if (type == "ByteLevel") return MakeByteLevel(spec);
  if (type == "Digits") {
    KAITO_ASSIGN_OR_RETURN(const bool each,
                           spec.Bool("individual_digits", false));
    return MakeSplit(OneOfClasses(kNumber), each ? SplitBehavior::kIsolated
                                                 : SplitBehavior::kContiguous);
  }
  if (type == "Metaspace") return MakeMetaspace(spec);
  if (type == "Punctuation") {
    KAITO_ASSIGN_OR_RETURN(const SplitBehavior behavior, BehaviorOf(spec));
    return MakeSplit(OneOfClasses(kSplitPunctuation), behavior);
  }
  if (type == "Sequence") return MakeSequence(spec);
  if (type == "Split") {
    KAITO_ASSIGN_OR_RETURN(Pattern pattern, PatternOf(spec));
    KAITO_ASSIGN_OR_RETURN(const SplitBehavior behavior, BehaviorOf(spec));
    KAITO_ASSIGN_OR_RETURN(const bool invert, spec.Bool("invert", false));
    return MakeSplit(std::move(pattern), behavior, invert);
  }
  return spec.UnknownType(
      {"ByteLevel", "Digits", "Metaspace", "Punctuation", "Sequence", "Split"});
}

}  // namespace

absl::StatusOr<std::unique_ptr<PreTokenizer>> MakePreTokenizer(
    const ComponentSpec& spec) {
  if (spec.is_null()) return nullptr;
  return MakeNonNull(spec);
}

}  // namespace kaito::runtime::tokenization
