#ifndef KAITO_RUNTIME_TOKENIZER_NFC_H_
#define KAITO_RUNTIME_TOKENIZER_NFC_H_

// Unicode normalisation form C, keeping track of where characters came from.
// Its tables are utf8proc's; the algorithm is here since utf8proc's own keeps
// no track.

#include "kaito/runtime/tokenizer/mapped_text.h"

namespace kaito::runtime::tokenization {

MappedText ToNfc(MappedText text);

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_NFC_H_
