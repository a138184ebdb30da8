#ifndef KAITO_RUNTIME_TOKENIZER_MAPPED_TEXT_H_
#define KAITO_RUNTIME_TOKENIZER_MAPPED_TEXT_H_

// A text on its way through normalizers and pre-tokenizers, which, if offsets
// were asked for, still knows where in the original each byte came from. Steps
// read one MappedText and build the next.
//
//   MappedText out(in.tracks_origin());
//   out.Append(in, 0, at);                     // As it was.
//   out.AppendAs("▁", in.Origin(at, at + 1));  // Instead of what stood there.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::runtime::tokenization {

// Bytes [begin, end) of the original text.
struct Span {
  uint32_t begin = 0;
  uint32_t end = 0;

  bool operator==(const Span&) const = default;
};

class MappedText {
 public:
  explicit MappedText(bool track_origin) : tracks_origin_(track_origin) {}

  const std::string& text() const { return text_; }
  bool tracks_origin() const { return tracks_origin_; }

  // Appends text of the original that begins at its byte `begin`.
  void AppendOriginal(absl::string_view text, size_t begin);
  // Appends bytes [begin, end) of `from`, with their origins.
  void Append(const MappedText& from, size_t begin, size_t end);
  // Appends text whose bytes all stand for `origin`.
  void AppendAs(absl::string_view text, Span origin);

  // Where bytes [begin, end) came from; {} where that isn't tracked.
  Span Origin(size_t begin, size_t end) const {
    if (!tracks_origin_ || begin >= end) return {};
    return {origins_[begin].begin, origins_[end - 1].end};
  }

  void Reserve(size_t size) {
    text_.reserve(size);
    if (tracks_origin_) origins_.reserve(size);
  }

 private:
  bool tracks_origin_;
  std::string text_;
  std::vector<Span> origins_;  // Of each byte: its whole character's.
};

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_MAPPED_TEXT_H_
