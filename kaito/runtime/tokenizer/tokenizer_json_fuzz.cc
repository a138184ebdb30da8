// A file that is taken for a tokenizer must encode and decode anything.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using ::kaito::runtime::Encoding;
  using ::kaito::runtime::OffsetUnit;
  using ::kaito::runtime::StreamDecoder;
  const std::string json(reinterpret_cast<const char*>(data), size);
  const auto tokenizer = ::kaito::runtime::Tokenizer::FromFiles(
      {.tokenizer_json = json, .tokenizer_config_json = json});
  if (!tokenizer.ok()) return 0;
  for (const absl::string_view text :
       {absl::string_view(
            "The quick ab abc e\xCC\x81\xE4\xBD\xA0 'S 12345\n\n"),
        absl::string_view("<s> <|end|>\xFF\xE6\xA9"),
        absl::string_view(json)}) {
    const auto encoding =
        (*tokenizer)
            ->Encode(text, {.offsets = OffsetUnit::kBytes, .tokens = true});
    if (!encoding.ok()) continue;
    if (encoding->offsets.size() != encoding->ids.size()) std::abort();
    for (const auto& [begin, end] : encoding->offsets) {
      if (begin > end || end > text.size()) std::abort();
    }
    (*tokenizer)->Decode(encoding->ids, {});
    StreamDecoder stream(**tokenizer, {.skip_special_tokens = true});
    for (const int32_t id : encoding->ids) stream.Push(id);
    stream.Finish();
  }
  return 0;
}
