#ifndef KAITO_RUNTIME_TOKENIZER_NORMALIZER_H_
#define KAITO_RUNTIME_TOKENIZER_NORMALIZER_H_

// The normalizers of tokenizer.json: each rewrites the text between added
// tokens before anything else looks at it. To add one: a class in
// normalizer.cc, its name in MakeNormalizer, and a golden.
//
//   KAITO_ASSIGN_OR_RETURN(auto normalizer, MakeNormalizer(spec));
//   if (normalizer != nullptr) text = normalizer->Apply(std::move(text));

#include <cstdint>
#include <memory>

#include "absl/status/statusor.h"
#include "kaito/runtime/tokenizer/component_spec.h"
#include "kaito/runtime/tokenizer/mapped_text.h"

namespace kaito::runtime::tokenization {

// So much that no tokenizer is allowed it.
inline constexpr int64_t kUnboundedGrowth = 1000;

class Normalizer {
 public:
  virtual ~Normalizer() = default;
  // Thread-safe.
  virtual MappedText Apply(MappedText text) const = 0;
  // How many times as long a text may become, apart from 16 bytes at an end, or
  // kUnboundedGrowth. What bounds the memory that a tokenizer takes.
  virtual int64_t MaxGrowth() const = 0;
};

// Of the value of "normalizer"; nullptr for null.
absl::StatusOr<std::unique_ptr<Normalizer>> MakeNormalizer(
    const ComponentSpec& spec);

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_NORMALIZER_H_
