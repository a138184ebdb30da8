#include "kaito/runtime/tokenizer/mapped_text.h"

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/utf8.h"

namespace kaito::runtime::tokenization {

void MappedText::AppendOriginal(absl::string_view text, size_t begin) {
  text_.append(text.data(), text.size());
  if (!tracks_origin_) return;
  for (size_t i = 0; i < text.size();) {
    const size_t size = Utf8Size(text[i]);
    const Span span = {static_cast<uint32_t>(begin + i),
                       static_cast<uint32_t>(begin + i + size)};
    origins_.insert(origins_.end(), size, span);
    i += size;
  }
}

void MappedText::Append(const MappedText& from, size_t begin, size_t end) {
  text_.append(from.text_, begin, end - begin);
  if (!tracks_origin_) return;
  origins_.insert(origins_.end(), from.origins_.begin() + begin,
                  from.origins_.begin() + end);
}

void MappedText::AppendAs(absl::string_view text, Span origin) {
  text_.append(text.data(), text.size());
  if (tracks_origin_) origins_.insert(origins_.end(), text.size(), origin);
}

}  // namespace kaito::runtime::tokenization
