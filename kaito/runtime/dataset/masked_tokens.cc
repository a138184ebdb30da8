#include "kaito/runtime/dataset/masked_tokens.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/status/statusor.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/assistant_mask.h"
#include "kaito/runtime/chat_template/text_span.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/tokenizer/mapped_text.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime {
namespace {

// Whether a token that stands for `token` is the assistant's, who wrote `span`.
bool IsInside(const tokenization::Span& token, bool special,
              const TextSpan& span) {
  const auto begin = static_cast<int64_t>(token.begin);
  const auto end = static_cast<int64_t>(token.end);
  if (special && begin < span.begin) return false;
  return end > span.begin && begin < span.end;
}

}  // namespace

absl::StatusOr<EncodedRow> EncodeMasked(const MaskedChat& chat,
                                        const Tokenizer& tokenizer) {
  KAITO_ASSIGN_OR_RETURN(
      Encoding encoding,
      tokenizer.Encode(chat.text, {.add_special_tokens = false,
                                   .offsets = OffsetUnit::kBytes}));
  EncodedRow row;
  row.ids = std::move(encoding.ids);
  row.trained.assign(row.ids.size(), false);
  for (const TextSpan& span : chat.assistant) {
    // Offsets only grow, so a search finds the span's first token.
    auto at = std::partition_point(
        encoding.offsets.begin(), encoding.offsets.end(),
        [&](const tokenization::Span& token) {
          return static_cast<int64_t>(token.end) <= span.begin;
        });
    for (; at != encoding.offsets.end() &&
           static_cast<int64_t>(at->begin) < span.end;
         ++at) {
      const int64_t i = at - encoding.offsets.begin();
      if (IsInside(*at, tokenizer.IsSpecial(row.ids[i]), span)) {
        row.trained[i] = true;
      }
    }
  }
  return row;
}

}  // namespace kaito::runtime
