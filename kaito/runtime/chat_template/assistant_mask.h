#ifndef KAITO_RUNTIME_CHAT_TEMPLATE_ASSISTANT_MASK_H_
#define KAITO_RUNTIME_CHAT_TEMPLATE_ASSISTANT_MASK_H_

// Which part of a rendered conversation the assistant wrote: what tuning trains
// on. The token that ends a turn belongs to it, since a model must learn to
// stop; behind the last turn so does all that the template writes to the end
// (<|endoftext|>).
//
//   KAITO_ASSIGN_OR_RETURN(const MaskedChat chat,
//                          RenderWithMask(chat_template, input));
//   // A token is trained on if it lies inside one of chat.assistant.
//
// Where the template has generation blocks, they decide. Otherwise the
// conversation is rendered again up to each assistant's turn, without and with
// it, and what the turn adds is its part: a few renderings for each turn.
// Tokens are the tokenizer's business; a span may begin with white space that a
// special token swallows.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/runtime/chat_template/chat_template.h"
#include "kaito/runtime/chat_template/text_span.h"

namespace kaito::runtime {

struct MaskedChat {
  std::string text;                 // As ChatTemplate::Render gives it.
  std::vector<TextSpan> assistant;  // In order, apart from each other.
};

// Errors of the template; FailedPrecondition where it doesn't let the turns be
// told apart (it needs generation blocks then).
absl::StatusOr<MaskedChat> RenderWithMask(const ChatTemplate& chat_template,
                                          const ChatInput& input);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_CHAT_TEMPLATE_ASSISTANT_MASK_H_
