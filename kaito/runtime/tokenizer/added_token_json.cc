#include "kaito/runtime/tokenizer/added_token_json.h"

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/tokenizer/added_tokens.h"

namespace kaito::runtime::tokenization {
namespace {

// Finding added tokens takes time in proportion to the longest one.
constexpr size_t kMaxContentBytes = 4096;

}  // namespace

absl::Status ReadAddedToken(const json::Cursor& token, int64_t* id,
                            AddedToken* out) {
  KAITO_RETURN_IF_ERROR(
      token.ForEachField([&](absl::string_view key, const json::Cursor& value) {
        if (key == "id") return Annotate(value.ReadInt64(id), key);
        if (key == "content") {
          return Annotate(value.ReadString(&out->content), key);
        }
        bool* const flag = key == "single_word"  ? &out->single_word
                           : key == "lstrip"     ? &out->lstrip
                           : key == "rstrip"     ? &out->rstrip
                           : key == "normalized" ? &out->normalized
                           : key == "special"    ? &out->special
                                                 : nullptr;
        if (flag == nullptr) return absl::OkStatus();
        return Annotate(value.ReadBool(flag), key);
      }));
  if (out->content.empty()) {
    return absl::InvalidArgumentError("content: it is empty, or absent");
  }
  if (out->content.size() > kMaxContentBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("content: ", out->content.size(), " bytes, more than ",
                     kMaxContentBytes));
  }
  return absl::OkStatus();
}

}  // namespace kaito::runtime::tokenization
