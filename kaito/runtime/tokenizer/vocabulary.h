#ifndef KAITO_RUNTIME_TOKENIZER_VOCABULARY_H_
#define KAITO_RUNTIME_TOKENIZER_VOCABULARY_H_

// Tokens and their ids, both ways. Built once, then const.

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime::tokenization {

// Eight times the largest published vocabulary (Gemma's). Bounds the table of
// ids, which a file with a single large id would otherwise blow up.
inline constexpr int64_t kMaxTokenId = (int64_t{1} << 21) - 1;
inline constexpr int32_t kNoToken = -1;

class Vocabulary {
 public:
  Vocabulary() = default;
  Vocabulary(Vocabulary&&) = default;
  Vocabulary& operator=(Vocabulary&&) = default;

  // InvalidArgument for an id out of range, or a text or id that is there
  // already.
  absl::Status Add(absl::string_view text, int64_t id);

  // The id of a token, or kNoToken.
  int32_t Find(absl::string_view text) const {
    const auto it = ids_.find(text);
    return it == ids_.end() ? kNoToken : it->second;
  }
  bool Has(int32_t id) const {
    return id >= 0 && id < size() && texts_[id].data() != nullptr;
  }
  // The text of an id; "" for one that is not there.
  absl::string_view Text(int32_t id) const {
    return Has(id) ? texts_[id] : absl::string_view();
  }
  // One more than the largest id; there may be gaps.
  int32_t size() const { return static_cast<int32_t>(texts_.size()); }
  size_t longest_text() const { return longest_text_; }

 private:
  // Texts live in blocks that never move.
  absl::string_view Store(absl::string_view text);

  std::vector<std::string> blocks_;
  std::vector<absl::string_view> texts_;
  absl::flat_hash_map<absl::string_view, int32_t> ids_;
  size_t longest_text_ = 0;
};

}  // namespace kaito::runtime::tokenization

#endif  // KAITO_RUNTIME_TOKENIZER_VOCABULARY_H_
