// Any bytes, through a byte-fallback and a byte-level tokenizer: what comes back
// is the text as UTF-8, streamed or at once, with or without offsets.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/runtime/tokenizer/tokenizer.h"
#include "kaito/runtime/tokenizer/tokenizer_testutil.h"
#include "kaito/runtime/tokenizer/utf8.h"

namespace kaito::runtime {
namespace {

using Tokenizers = std::vector<std::unique_ptr<const Tokenizer>>;

const Tokenizers& All() {
  static const auto* const all = [] {
    auto* out = new Tokenizers;
    for (json::Value spec :
         {SmallByteFallbackTokenizer(), SmallByteLevelTokenizer()}) {
      // Without tokens that take white space along, which no text gets back.
      spec["added_tokens"] = json::Array{};
      spec["post_processor"] = nullptr;
      out->push_back(
          *Tokenizer::FromFiles({.tokenizer_json = json::Write(spec)}));
    }
    return out;
  }();
  return *all;
}

// A text that has ▁ itself comes back with a space there.
void Check(const Tokenizer& tokenizer, absl::string_view text) {
  tokenization::CleanText clean;
  tokenization::CleanUtf8(text, false, &clean);
  const auto encoding = tokenizer.Encode(text, {.offsets = OffsetUnit::kBytes});
  const auto plain = tokenizer.Encode(text, {});
  if (!encoding.ok() || !plain.ok() || plain->ids != encoding->ids) {
    std::abort();
  }
  const std::string whole = tokenizer.Decode(plain->ids, {});
  if (!absl::StrContains(text, "▁") && whole != clean.text) std::abort();
  StreamDecoder stream(tokenizer, {});
  std::string streamed;
  for (const int32_t id : plain->ids) streamed += stream.Push(id);
  if (streamed + stream.Finish() != whole) std::abort();
  uint32_t last = 0;
  for (const auto& [begin, end] : encoding->offsets) {
    if (begin > end || end < last || end > text.size()) std::abort();
    last = end;
  }
}

}  // namespace
}  // namespace kaito::runtime

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& tokenizer : ::kaito::runtime::All()) {
    ::kaito::runtime::Check(*tokenizer, text);
  }
  return 0;
}
