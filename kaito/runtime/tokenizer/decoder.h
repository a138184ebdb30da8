#ifndef KAITO_RUNTIME_TOKENIZER_DECODER_H_
#define KAITO_RUNTIME_TOKENIZER_DECODER_H_

// From tokens back to text. A tokenizer.json's "decoder" is a chain of small
// steps; here it becomes what each token contributes (text, or bytes), and a
// state that puts the contributions together as they come. Decoding a whole
// list and streaming are the same code.
//
//   KAITO_ASSIGN_OR_RETURN(const Decoder decoder, MakeDecoder(spec));
//   DecodeState state(decoder, DecodeState::kWhole);
//   std::string text;
//   for (const absl::string_view token : tokens) state.Push(token, &text);
//   state.Finish(&text);

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/component_spec.h"

namespace kaito::runtime::tokenization {

struct Decoder {
  enum class Bytes {
    kNone,
    kFallback,  // Tokens <0xAB> are bytes; the others are text.
    kAlphabet,  // Every token's characters stand for bytes.
  };
  // Replaced in each token, in this order.
  std::vector<std::pair<std::string, std::string>> replacements;
  // Vanishes from the first token before the replacements ("Metaspace").
  std::string dropped_from_first;
  Bytes bytes = Bytes::kNone;
  // Up to `strip_count` of this character vanish from the start of the text.
  std::string strip;
  int32_t strip_count = 0;
  // Between tokens: a space where there is no decoder at all.
  std::string separator;
};

// Of the value of "decoder", which may be null. Chains are understood in the
// order that they are published in: replacements, bytes, fusing, stripping.
absl::StatusOr<Decoder> MakeDecoder(const ComponentSpec& spec);

class DecodeState {
 public:
  enum Mode {
    kWhole,
    // Gives text out as soon as it is final. Only differs where a run of byte
    // tokens is not UTF-8: kWhole then spoils every byte of the run, and this
    // only those not given out yet.
    kStreaming,
  };
  // `decoder` must outlive this.
  DecodeState(const Decoder& decoder, Mode mode)
      : decoder_(&decoder), mode_(mode) {}

  // Appends what is final after this token; never a part of a character.
  void Push(absl::string_view token, std::string* out);
  // Appends the rest. Held bytes become U+FFFD. Then starts anew.
  void Finish(std::string* out);

 private:
  std::string Replaced(absl::string_view token) const;
  void PushFallbackByte(char byte, std::string* out);
  void EndByteRun(std::string* out);
  void FlushCharacters(bool at_end, std::string* out);
  void EmitReplacements(size_t count, std::string* out);
  void Emit(absl::string_view text, std::string* out);

  const Decoder* decoder_;
  Mode mode_;
  bool is_first_ = true;
  int32_t stripped_ = 0;     // strip_count when no more is to go.
  std::string held_;         // Bytes that are not text yet.
  bool run_is_bad_ = false;  // Of byte tokens, in streaming.
};

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_DECODER_H_
