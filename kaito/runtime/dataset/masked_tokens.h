#ifndef KAITO_RUNTIME_DATASET_MASKED_TOKENS_H_
#define KAITO_RUNTIME_DATASET_MASKED_TOKENS_H_

// From a rendered conversation, in which the assistant's part is known, to
// tokens, of which the assistant's are marked. Used by row_encoder.h and
// `runtime render`.
//
//   KAITO_ASSIGN_OR_RETURN(const MaskedChat chat,
//                          RenderWithMask(chat_template, input));
//   KAITO_ASSIGN_OR_RETURN(const EncodedRow row,
//                          EncodeMasked(chat, *tokenizer));

#include "absl/status/statusor.h"
#include "kaito/runtime/chat_template/assistant_mask.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime {

// `trained` marks the assistant's. A token over the border of its part counts,
// as in transformers; one whose offsets begin before it only because a special
// token swallowed the white space does not. No special tokens are added to
// those of the text. Pure.
absl::StatusOr<EncodedRow> EncodeMasked(const MaskedChat& chat,
                                        const Tokenizer& tokenizer);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_DATASET_MASKED_TOKENS_H_
