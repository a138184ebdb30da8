#include "kaito/runtime/tokenizer/tokenizer_testutil.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/runtime/tokenizer/byte_alphabet.h"

namespace kaito::runtime {
namespace {

json::Value Parsed(absl::string_view text) {
  return json::Parse(text).value_or(json::Value());
}

}  // namespace

json::Value SmallByteFallbackTokenizer() {
  json::Value spec = Parsed(R"({
    "added_tokens": [
      {"id": 0, "content": "<unk>", "special": true},
      {"id": 1, "content": "<s>", "special": true},
      {"id": 2, "content": "</s>", "special": true, "rstrip": true}],
    "normalizer": {"type": "Sequence", "normalizers": [
      {"type": "Prepend", "prepend": "▁"},
      {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
    "pre_tokenizer": null,
    "post_processor": {"type": "TemplateProcessing",
      "single": [{"SpecialToken": {"id": "<s>"}}, {"Sequence": {"id": "A"}}],
      "special_tokens": {"<s>": {"id": "<s>", "ids": [1]}}},
    "decoder": {"type": "Sequence", "decoders": [
      {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
      {"type": "ByteFallback"},
      {"type": "Fuse"},
      {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
    "model": {"type": "BPE", "unk_token": "<unk>", "fuse_unk": true,
      "byte_fallback": true,
      "merges": [["a", "b"], ["b", "c"], ["ab", "c"], ["▁", "a"]]}})");
  json::Value& vocab = spec["model"]["vocab"];
  vocab = json::Object{{"<unk>", 0}, {"<s>", 1}, {"</s>", 2}};
  for (int byte = 0; byte < 256; ++byte) {
    vocab[absl::StrFormat("<0x%02X>", byte)] = 3 + byte;
  }
  int id = 259;
  for (const char* token : {"▁", "a", "b", "c", "ab", "bc", "abc", "▁a"}) {
    vocab[token] = id++;
  }
  return spec;
}

json::Value SmallByteLevelTokenizer() {
  json::Value spec = Parsed(R"({
    "added_tokens": [{"id": 259, "content": "<|end|>", "special": true}],
    "normalizer": null,
    "pre_tokenizer": {"type": "Sequence", "pretokenizers": [
      {"type": "Split", "pattern": {"Regex":
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+"},
        "behavior": "Isolated", "invert": false},
      {"type": "ByteLevel", "add_prefix_space": false, "use_regex": false}]},
    "post_processor": null,
    "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "ignore_merges": true,
      "merges": ["a b", "Ġ a", "Ġ ab"]}})");
  json::Value& vocab = spec["model"]["vocab"];
  for (int byte = 0; byte < 256; ++byte) {
    vocab[tokenization::CharacterOfByte(static_cast<uint8_t>(byte))] = byte;
  }
  vocab["ab"] = 256;
  vocab["Ġa"] = 257;
  vocab["Ġab"] = 258;
  return spec;
}

}  // namespace kaito::runtime
