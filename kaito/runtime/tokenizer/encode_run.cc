#include "kaito/runtime/tokenizer/encode_run.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/added_tokens.h"
#include "kaito/runtime/tokenizer/mapped_text.h"
#include "kaito/runtime/tokenizer/pre_tokenizer.h"
#include "kaito/runtime/tokenizer/splitter.h"

namespace kaito::runtime::tokenization {

EncodeRun::EncodeRun(const Parts& parts, absl::string_view text,
                     bool with_offsets)
    : parts_(parts),
      text_(text),
      with_offsets_(with_offsets),
      budget_(text.size()),
      sink_(with_offsets) {}

bool EncodeRun::Run() {
  for (const auto& part : parts_.raw_finder.Split(text_)) {
    if (part.id < 0) {
      if (!EncodeSection(part.piece)) return false;
      continue;
    }
    TakeAddedToken(part, text_);
    sink_.ranges.clear();
    if (with_offsets_) {
      spans_.push_back({static_cast<uint32_t>(part.piece.begin),
                        static_cast<uint32_t>(part.piece.end)});
    }
  }
  return true;
}

bool EncodeRun::EncodeSection(Piece section) {
  MappedText text(with_offsets_);
  text.AppendOriginal(text_.substr(section.begin, section.end - section.begin),
                      section.begin);
  if (parts_.components.normalizer != nullptr) {
    text = parts_.components.normalizer->Apply(std::move(text));
  }
  const bool at_start = section.begin == 0;
  if (parts_.normalized_finder.empty()) {
    return EncodeNormalized(std::move(text), at_start);
  }
  for (const auto& part : parts_.normalized_finder.Split(text.text())) {
    const auto [begin, end] = part.piece;
    if (part.id >= 0) {
      TakeAddedToken(part, text.text());
      TakeRanges(text);
      continue;
    }
    MappedText between(with_offsets_);
    between.Append(text, begin, end);
    if (!EncodeNormalized(std::move(between), at_start && begin == 0)) {
      return false;
    }
  }
  return true;
}

bool EncodeRun::EncodeNormalized(MappedText text, bool at_input_start) {
  if (text.text().empty()) return true;
  const size_t size = text.text().size();
  PreTokenized pieces = {.text = std::move(text),
                         .pieces = {{0, size}},
                         .at_input_start = at_input_start};
  if (parts_.components.pre_tokenizer != nullptr &&
      !parts_.components.pre_tokenizer->Apply(&pieces, &budget_)) {
    return false;
  }
  for (const Piece& piece : pieces.pieces) {
    parts_.components.model->Encode(pieces.text.text(), piece, &sink_);
  }
  TakeRanges(pieces.text);
  return true;
}

void EncodeRun::TakeAddedToken(const AddedTokenFinder::Part& part,
                               absl::string_view text) {
  const auto [begin, end] = part.piece;
  found_.push_back(
      {sink_.ids.size(), std::string(text.substr(begin, end - begin))});
  sink_.Add(part.id, begin, end);
}

void EncodeRun::TakeRanges(const MappedText& text) {
  for (const Piece& range : sink_.ranges) {
    spans_.push_back(text.Origin(range.begin, range.end));
  }
  sink_.ranges.clear();
}

}  // namespace kaito::runtime::tokenization
