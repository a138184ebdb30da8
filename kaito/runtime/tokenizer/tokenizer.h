#ifndef KAITO_RUNTIME_TOKENIZER_TOKENIZER_H_
#define KAITO_RUNTIME_TOKENIZER_TOKENIZER_H_

// Text to token ids and back, as the model's own tokenizer.json says: the same
// ids as Hugging Face's `tokenizers` gives with that file.
//
//   KAITO_ASSIGN_OR_RETURN(const auto tokenizer, Tokenizer::Load(model_dir));
//   KAITO_ASSIGN_OR_RETURN(const Encoding encoding,
//                          tokenizer->Encode("Hello", {}));
//   std::string text = tokenizer->Decode(encoding.ids, {});
//
//   StreamDecoder stream(*tokenizer, {.skip_special_tokens = true});
//   while (generating) client.Send(stream.Push(next_id));
//   client.Send(stream.Finish());
//
// A text rendered by a chat template already holds its special tokens: encode it
// with add_special_tokens = false, or it begins with two of them.
//
// Const and thread-safe once loaded. Only for tokenizer.json; a model that has
// nothing but a SentencePiece file is refused.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/added_tokens.h"
#include "kaito/runtime/tokenizer/decoder.h"
#include "kaito/runtime/tokenizer/mapped_text.h"
#include "kaito/runtime/tokenizer/tokenizer_config.h"
#include "kaito/runtime/tokenizer/tokenizer_json.h"
#include "kaito/runtime/tokenizer/utf8.h"

namespace kaito::runtime {

// Contents of the files of a model's directory; the second and third may be
// empty, as they may be absent.
struct TokenizerFiles {
  std::string tokenizer_json;
  std::string tokenizer_config_json;
  std::string special_tokens_map_json;
};

// What the offsets of tokens count.
enum class OffsetUnit {
  kNone,        // Not wanted: saves half of the time.
  kCodePoints,  // As Hugging Face; a part that is not UTF-8 counts as one.
  kBytes,
};

struct EncodeOptions {
  // Those that the post-processor puts around a text. Special tokens written in
  // the text itself are always found.
  bool add_special_tokens = true;
  OffsetUnit offsets = OffsetUnit::kNone;
  bool tokens = false;  // Whether Encoding::tokens is wanted.
};

struct Encoding {
  std::vector<int32_t> ids;
  // Which part of the text each id stands for: as long as `ids`, or empty. {0,
  // 0} for a token that the post-processor added.
  std::vector<tokenization::Span> offsets;
  // The tokens as Hugging Face shows them: of the vocabulary as TokenOf() has
  // them, added ones as they stood in the (normalised) text.
  std::vector<std::string> tokens;
};

struct DecodeOptions {
  bool skip_special_tokens = false;
};

// Texts are pieces of a data set or of a conversation.
inline constexpr int64_t kMaxTextBytes = int64_t{64} << 20;

class Tokenizer {
 public:
  // Reads tokenizer.json and, where they are there, tokenizer_config.json and
  // special_tokens_map.json. InvalidArgument names the file and the place.
  static absl::StatusOr<std::unique_ptr<const Tokenizer>> Load(
      absl::string_view directory);
  static absl::StatusOr<std::unique_ptr<const Tokenizer>> FromFiles(
      const TokenizerFiles& files);

  Tokenizer(const Tokenizer&) = delete;
  Tokenizer& operator=(const Tokenizer&) = delete;

  // Any bytes will do: what is not UTF-8 is read as U+FFFD. InvalidArgument for
  // more than kMaxTextBytes, and where the file's split expressions take
  // unreasonably long on this text.
  absl::StatusOr<Encoding> Encode(absl::string_view text,
                                  const EncodeOptions& options) const;

  // Ids that are no tokens (a model's vocabulary may be padded) have no text.
  std::string Decode(std::span<const int32_t> ids,
                     const DecodeOptions& options) const;

  // By the names in the model's configuration.
  std::optional<int32_t> bos_id() const { return bos_id_; }
  std::optional<int32_t> eos_id() const { return eos_id_; }
  std::optional<int32_t> pad_id() const { return pad_id_; }
  std::optional<int32_t> unk_id() const { return unk_id_; }

  // Of a token as tokenizer.json writes it: "<|end|>", "▁the".
  std::optional<int32_t> IdOf(absl::string_view token) const;
  // "" for an id that is no token.
  absl::string_view TokenOf(int32_t id) const;
  bool HasToken(int32_t id) const;
  bool IsSpecial(int32_t id) const;
  // One more than the largest id. A model's own vocabulary may be larger.
  int32_t vocab_size() const { return vocab_size_; }

 private:
  friend class StreamDecoder;

  explicit Tokenizer(tokenization::Components components);

  absl::Status AddTokens(const std::vector<tokenization::AddedToken>& tokens,
                         absl::string_view file);
  absl::Status CheckTemplateIds() const;
  absl::Status NameTokens(const tokenization::TokenizerConfig& config);
  void BuildFinders();
  void AddTemplate(Encoding* encoding, const EncodeOptions& options) const;
  // Offsets as asked for, of spans in the clean text.
  std::vector<tokenization::Span> MakeOffsets(
      std::vector<tokenization::Span> spans, const std::vector<int32_t>& ids,
      const tokenization::CleanText& clean, OffsetUnit unit) const;

  tokenization::Components components_;
  absl::flat_hash_map<int32_t, tokenization::AddedToken> added_by_id_;
  absl::flat_hash_map<std::string, int32_t> added_by_content_;
  // Of added tokens: before normalisation, and after it.
  tokenization::AddedTokenFinder raw_finder_;
  tokenization::AddedTokenFinder normalized_finder_;
  std::optional<int32_t> bos_id_;
  std::optional<int32_t> eos_id_;
  std::optional<int32_t> pad_id_;
  std::optional<int32_t> unk_id_;
  int32_t vocab_size_ = 0;
};

// Decodes ids as a model makes them. What it gives out is always whole
// characters, and all of it together is Decode() of all ids; only where byte
// tokens are no UTF-8, what went out before cannot be taken back.
class StreamDecoder {
 public:
  // `tokenizer` must outlive this.
  StreamDecoder(const Tokenizer& tokenizer, const DecodeOptions& options);

  // The text that is final after this id, often "".
  std::string Push(int32_t id);
  // The rest; then ready for another text.
  std::string Finish();

 private:
  const Tokenizer* tokenizer_;
  DecodeOptions options_;
  tokenization::DecodeState state_;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_TOKENIZER_TOKENIZER_H_
