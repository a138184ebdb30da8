#ifndef KAITO_RUNTIME_TOKENIZER_POST_PROCESSOR_H_
#define KAITO_RUNTIME_TOKENIZER_POST_PROCESSOR_H_

// What tokenizer.json's "post_processor" does to the tokens of one text: special
// tokens before and after it, and offsets without surrounding white space.

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/component_spec.h"

namespace kaito::runtime::tokenization {

struct PostProcessor {
  std::vector<int32_t> before;
  std::vector<int32_t> after;
  // Offsets leave out the white space that tokens of a byte-level vocabulary
  // begin and end with; if the second is set too, not one lone space where the
  // text begins, which may have been put there.
  bool trim_offsets = false;
  bool keep_first_space = false;
};

// Of the value of "post_processor", which may be null. The ids are those of the
// file: whether they are tokens is for the caller to check.
absl::StatusOr<PostProcessor> MakePostProcessor(const ComponentSpec& spec);

// How many characters of white space a token of a byte-level vocabulary begins
// and ends with.
struct SurroundingSpace {
  int32_t before = 0;
  int32_t after = 0;
};
SurroundingSpace SpaceAround(absl::string_view token);

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_POST_PROCESSOR_H_
