// What is wrong with a file is said, with its place: a table of broken ones.
#include "kaito/runtime/tokenizer/tokenizer_json.h"

#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/tokenizer/tokenizer.h"
#include "kaito/runtime/tokenizer/tokenizer_testutil.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;

absl::Status Load(const std::string& tokenizer_json,
                  absl::string_view config = "") {
  return Tokenizer::FromFiles({.tokenizer_json = tokenizer_json,
                               .tokenizer_config_json = std::string(config)})
      .status();
}

// Applies a change to a good file.
json::Value Broken(const std::function<void(json::Value&)>& change) {
  json::Value spec = SmallByteFallbackTokenizer();
  change(spec);
  return spec;
}

TEST(TokenizerFiles, AreRefusedWithWhatIsWrongAndWhere) {
  using V = json::Value;
  const std::pair<std::function<void(V&)>, const char*> cases[] = {
      {[](V& s) { s["model"]["vocab"]["a"] = -1; },
       "model.vocab: \"a\" has the id -1"},
      {[](V& s) { s["model"]["vocab"]["a"] = int64_t{1} << 31; },
       "model.vocab: \"a\" has the id 2147483648"},
      {[](V& s) { s["model"]["vocab"]["a"] = 1.5; }, "model.vocab: \"a\""},
      {[](V& s) { s["model"]["vocab"]["a"] = 4; },
       "which \"<0x01>\" has already"},
      {[](V& s) { s["model"]["vocab"] = 3; }, "model.vocab"},
      {[](V& s) { s["model"].object()->Erase("vocab"); },
       "model.vocab: it is empty"},
      {[](V& s) {
         s["model"]["merges"].Append(json::Array{"a", "z"});
       },
       "model.merges[4]: \"z\" is not in"},
      {[](V& s) {
         s["model"]["merges"].Append(json::Array{"c", "a"});
       },
       "model.merges[4]: it makes \"ca\""},
      {[](V& s) { s["model"]["merges"].Append("ab"); },
       "model.merges[4]: \"ab\": want two tokens"},
      {[](V& s) { s["model"]["merges"].Append("a b c"); }, "model.merges[4]"},
      {[](V& s) { s["model"]["merges"].Append(json::Array{"a"}); },
       "model.merges[4]: 1 items"},
      {[](V& s) {
         s["model"]["merges"].Append(json::Array{"a", "b", "c"});
       },
       "model.merges[4]: 3 items"},
      {[](V& s) { s["model"]["merges"].Append(7); }, "model.merges[4]"},
      {[](V& s) { s["model"]["unk_token"] = "<none>"; },
       "model.unk_token: \"<none>\""},
      {[](V& s) { s["model"]["dropout"] = 0.1; }, "model.dropout: 0.1"},
      {[](V& s) { s["model"]["end_of_word_suffix"] = "</w>"; },
       "model.end_of_word_suffix"},
      {[](V& s) { s["model"]["type"] = "WordPiece"; },
       "model.type: \"WordPiece\" is not supported"},
      {[](V& s) { s["model"]["byte_fallback"] = "yes"; },
       "model.byte_fallback"},
      {[](V& s) { s.object()->Erase("model"); }, "model: it is absent"},
      {[](V& s) { s["added_tokens"].Append(7); }, "added_tokens[3]"},
      {[](V& s) {
         s["added_tokens"].Append(json::Object{{"id", 300}});
       },
       "added_tokens[3]: content"},
      {[](V& s) {
         s["added_tokens"].Append(json::Object{{"content", "x"}});
       },
       "added_tokens[3].id: -1"},
      {[](V& s) {
         s["added_tokens"].Append(
             json::Object{{"id", 1 << 30}, {"content", "x"}});
       },
       "added_tokens[3].id: 1073741824"},
      {[](V& s) {
         s["added_tokens"].Append(json::Object{{"id", 5}, {"content", "x"}});
       },
       "\"x\" has the id 5, which \"<0x02>\" has"},
      {[](V& s) {
         s["added_tokens"].Append(json::Object{{"id", 300}, {"content", "a"}});
       },
       "\"a\" has the id 300, but also 260"},
      {[](V& s) {
         s["added_tokens"].Append(json::Object{{"id", 1}, {"content", "<s>"}});
       },
       "twice"},
      {[](V& s) {
         s["added_tokens"].Append(
             json::Object{{"id", 300}, {"content", std::string(5000, 'x')}});
       },
       "added_tokens[3]: content: 5000 bytes"},
      {[](V& s) {
         s["normalizer"] = json::Object{{"type", "Lowercase"}};
       },
       "normalizer: type \"Lowercase\" is not supported; these are: NFC"},
      {[](V& s) {
         (*s["normalizer"]["normalizers"].array())[0]["prepend"] = 1;
       },
       "normalizer.normalizers[0].prepend: integer"},
      {[](V& s) {
         (*s["normalizer"]["normalizers"].array())[1]["content"] =
             std::string(100, 'x');
       },
       "may make a text 100 times as long"},
      {[](V& s) {
         s["pre_tokenizer"] = json::Object{{"type", "Whitespace"}};
       },
       "pre_tokenizer: type"},
      {[](V& s) {
         s["pre_tokenizer"] =
             json::Object{{"type", "Split"},
                          {"pattern", json::Object{{"Regex", "a("}}},
                          {"behavior", "Isolated"}};
       },
       "pre_tokenizer.pattern.Regex: regular expression, byte 2"},
      {[](V& s) {
         s["pre_tokenizer"] =
             json::Object{{"type", "Punctuation"}, {"behavior", "Deleted"}};
       },
       "pre_tokenizer.behavior: want Removed"},
      {[](V& s) {
         s["pre_tokenizer"] =
             json::Object{{"type", "Metaspace"}, {"replacement", "xy"}};
       },
       "pre_tokenizer.replacement: want one character"},
      {[](V& s) { s["post_processor"]["single"] = json::Array{}; },
       "post_processor.single: lacks the sequence A"},
      {[](V& s) { s["post_processor"]["special_tokens"] = nullptr; },
       "post_processor.special_tokens: lacks \"<s>\""},
      {[](V& s) {
         s["post_processor"]["special_tokens"]["<s>"]["ids"] =
             json::Array{9999};
       },
       "the id 9999, which is no token"},
      {[](V& s) {
         s["post_processor"]["special_tokens"]["<s>"]["ids"] = json::Array{-3};
       },
       "post_processor.special_tokens.<s>.ids[0]"},
      {[](V& s) {
         s["decoder"] = json::Object{{"type", "CTC"}};
       },
       "decoder: type \"CTC\""},
      {[](V& s) {
         for (int i = 0; i < 9000; ++i) s["decoder"]["decoders"].Append(i);
       },
       "decoder: more than 5000 values"},
      {[](V& s) {
         for (int i = 0; i < 70; ++i) s["decoder"]["decoders"].Append(i);
       },
       "decoder.decoders: 74 items"},
  };
  for (const auto& [change, message] : cases) {
    EXPECT_THAT(
        Load(json::Write(Broken(change))),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 AllOf(HasSubstr("tokenizer.json: "), HasSubstr(message))));
  }
}

TEST(TokenizerFiles, AreRefusedWhereTheyAreNoTokenizer) {
  const std::string good = json::Write(SmallByteFallbackTokenizer());
  const std::pair<std::string, const char*> cases[] = {
      {"", "empty"},
      {"[]", "tokenizer.json"},
      {"{\"model\":", "line 1"},
      {good.substr(0, good.size() / 2), "line 1"},
      {absl::StrCat(good, "x"), "line 1"},
      {absl::StrCat("{\"decoder\":null,", good.substr(1)),
       "\"decoder\": it is there twice"},
      {absl::StrCat("{\"decoder\":", std::string(1000, '[')), "tokenizer.json"},
      {R"({"model":{"vocab":{"a":0,"a":1}}})", "\"a\" is there twice"},
      {R"({"model":{"vocab":{"a":0},"vocab":{"b":1}}})",
       "vocab: it is there twice"},
  };
  for (const auto& [text, message] : cases) {
    EXPECT_THAT(Load(text), StatusIs(absl::StatusCode::kInvalidArgument,
                                     HasSubstr(message)))
        << text.substr(0, 100);
  }
}

TEST(TokenizerFiles, AreRefusedForTheirConfiguration) {
  const std::pair<const char*, const char*> cases[] = {
      {"{", "tokenizer_config.json: JSON"},
      {R"({"eos_token": "<none>"})", "eos_token: \"<none>\" is no token"},
      {R"({"eos_token": 7})", "tokenizer_config.json: eos_token"},
      {R"({"added_tokens_decoder": {"x": {"content": "y"}}})",
       "\"x\": not an id"},
      {R"({"added_tokens_decoder": {"-1": {"content": "y"}}})",
       "\"-1\": not an id"},
      {R"({"added_tokens_decoder": {"7": {"content": "y"}}})",
       "\"y\" has the id 7, which"},
      {R"({"added_tokens_decoder": {"7": {"content": "<s>"}}})",
       "\"<s>\" has the id 7, but also 1"},
      {R"({"added_tokens_decoder": {"7": 1}})", "added_tokens_decoder: 7"},
  };
  for (const auto& [config, message] : cases) {
    EXPECT_THAT(Load(json::Write(SmallByteFallbackTokenizer()), config),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("tokenizer_config.json: "),
                               HasSubstr(message))))
        << config;
  }
}

}  // namespace
}  // namespace kaito::runtime
