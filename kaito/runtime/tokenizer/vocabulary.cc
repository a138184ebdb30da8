#include "kaito/runtime/tokenizer/vocabulary.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/writer.h"

namespace kaito::runtime::tokenization {
namespace {

constexpr size_t kBlockBytes = size_t{64} << 10;

std::string Quoted(absl::string_view text) {
  return json::Quote(text.substr(0, 100));
}

}  // namespace

absl::Status Vocabulary::Add(absl::string_view text, int64_t id) {
  if (id < 0 || id > kMaxTokenId) {
    return absl::InvalidArgumentError(absl::StrCat(
        Quoted(text), " has the id ", id, ", want 0 to ", kMaxTokenId));
  }
  if (Has(static_cast<int32_t>(id))) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(text), " has the id ", id, ", which ",
                     Quoted(Text(static_cast<int32_t>(id))), " has already"));
  }
  if (ids_.contains(text)) {
    return absl::InvalidArgumentError(
        absl::StrCat(Quoted(text), " is there twice, with the ids ", Find(text),
                     " and ", id));
  }
  if (id >= size()) texts_.resize(id + 1);
  texts_[id] = Store(text);
  ids_.emplace(texts_[id], static_cast<int32_t>(id));
  longest_text_ = std::max(longest_text_, text.size());
  return absl::OkStatus();
}

absl::string_view Vocabulary::Store(absl::string_view text) {
  if (blocks_.empty() ||
      blocks_.back().capacity() - blocks_.back().size() < text.size()) {
    blocks_.emplace_back().reserve(std::max(kBlockBytes, text.size()));
  }
  std::string& block = blocks_.back();
  const size_t begin = block.size();
  block.append(text.data(), text.size());
  return absl::string_view(block).substr(begin);
}

}  // namespace kaito::runtime::tokenization
