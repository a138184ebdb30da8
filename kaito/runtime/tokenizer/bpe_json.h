#ifndef KAITO_RUNTIME_TOKENIZER_BPE_JSON_H_
#define KAITO_RUNTIME_TOKENIZER_BPE_JSON_H_

// The "model" of a tokenizer.json whose type is BPE.

#include <memory>

#include "absl/status/statusor.h"
#include "kaito/base/json/reader.h"
#include "kaito/runtime/tokenizer/model.h"

namespace kaito::runtime::tokenization {

// InvalidArgument with the path inside the model: "merges[3]: …".
absl::StatusOr<std::unique_ptr<Model>> ReadBpeModel(const json::Cursor& model);

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_BPE_JSON_H_
