#include "kaito/runtime/tokenizer/tokenizer_config.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/tokenizer/added_token_json.h"
#include "kaito/runtime/tokenizer/added_tokens.h"
#include "kaito/runtime/tokenizer/vocabulary.h"

namespace kaito::runtime::tokenization {
namespace {

// "<s>", {"content": "<s>", …} or null.
absl::Status ReadNamedToken(const json::Cursor& value, std::string* out) {
  std::string content;
  if (!value.ReadString(&content).ok()) {
    KAITO_RETURN_IF_ERROR(value.ForEachField([&](absl::string_view key,
                                                 const json::Cursor& field) {
      return key == "content" ? field.ReadString(&content) : absl::OkStatus();
    }));
  }
  if (out->empty()) *out = content;
  return absl::OkStatus();
}

// {"32000": {"content": …, flags}, …}
absl::Status ReadDecoder(const json::Cursor& value,
                         std::vector<AddedToken>* out) {
  return value.ForEachField(
      [&](absl::string_view key, const json::Cursor& token) -> absl::Status {
        int32_t id = -1;
        if (!absl::SimpleAtoi(key, &id) || id < 0 || id > kMaxTokenId) {
          return absl::InvalidArgumentError(
              absl::StrCat(json::Quote(key.substr(0, 100)),
                           ": not an id from 0 to ", kMaxTokenId));
        }
        AddedToken& added = out->emplace_back();
        added.id = id;
        int64_t unused = 0;
        return Annotate(ReadAddedToken(token, &unused, &added), key);
      });
}

}  // namespace

absl::Status ReadTokenizerConfig(absl::string_view text, TokenizerConfig* out) {
  return json::Read(text, {}, [&](const json::Cursor& root) {
    return root.ForEachField(
        [&](absl::string_view key, const json::Cursor& value) {
          std::string* const token = key == "bos_token"   ? &out->bos_token
                                     : key == "eos_token" ? &out->eos_token
                                     : key == "pad_token" ? &out->pad_token
                                     : key == "unk_token" ? &out->unk_token
                                                          : nullptr;
          if (token != nullptr)
            return Annotate(ReadNamedToken(value, token), key);
          if (key == "added_tokens_decoder") {
            return Annotate(ReadDecoder(value, &out->added_tokens), key);
          }
          return absl::OkStatus();
        });
  });
}

}  // namespace kaito::runtime::tokenization
