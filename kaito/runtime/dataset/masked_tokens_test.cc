// The masks of transformers' apply_chat_template, by way of what `runtime
// render` does with a line.
#include "kaito/runtime/dataset/masked_tokens.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/chat_template/assistant_mask.h"
#include "kaito/runtime/chat_template/render_command.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime {
namespace {

constexpr char kTemplates[] = "kaito/runtime/chat_template/testdata/";
constexpr char kTokenizers[] = "kaito/runtime/tokenizer/testdata/";

RenderCommand::Options OptionsFor(const Tokenizer& tokenizer) {
  return {.read_template =
              [](absl::string_view path) {
                return ReadFile(absl::StrCat(kTemplates, path), 1 << 20);
              },
          .tokenize = [&](const MaskedChat& chat)
              -> absl::StatusOr<RenderCommand::TokenMask> {
            KAITO_ASSIGN_OR_RETURN(const EncodedRow row,
                                   EncodeMasked(chat, tokenizer));
            return RenderCommand::TokenMask{{row.ids.begin(), row.ids.end()},
                                            row.trained};
          }};
}

// Where transformers goes by characters, and so differs: it marks the token of
// a role that swallowed the spaces an answer begins with; and of a last
// character that takes several tokens only the first, so that a model would not
// learn to end it.
absl::Status ExplainDifference(const json::Value& wanted,
                               const json::Value& got, const Encoding& encoding,
                               const Tokenizer& tokenizer) {
  for (size_t i = 0; i < encoding.ids.size(); ++i) {
    const json::Value& a = (*wanted.array())[i];
    const json::Value& b = (*got.array())[i];
    if (a == b) continue;
    const bool role = a.integer() == 1 && tokenizer.IsSpecial(encoding.ids[i]);
    const bool rest = b.integer() == 1 && i > 0 &&
                      (*got.array())[i - 1].integer() == 1 &&
                      encoding.offsets[i].begin < encoding.offsets[i - 1].end;
    if (!role && !rest) {
      return absl::InternalError(absl::StrCat("token ", i));
    }
  }
  return absl::OkStatus();
}

TEST(MaskedTokens, AreThoseOfTransformers) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::string text,
      ReadFile(absl::StrCat(kTemplates, "masks.jsonl"), 1 << 20));
  std::map<std::string, std::unique_ptr<const Tokenizer>> tokenizers;
  int64_t lines = 0;
  int64_t different = 0;
  for (const absl::string_view line :
       absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    KAITO_ASSERT_OK_AND_ASSIGN(json::Value request, json::Parse(line));
    const std::string name(request.StringAt({"tokenizer"}));
    const std::string model = name.substr(name.rfind('/') + 1);
    if (tokenizers[model] == nullptr) {
      KAITO_ASSERT_OK_AND_ASSIGN(
          tokenizers[model], Tokenizer::Load(absl::StrCat(kTokenizers, model)));
    }
    const Tokenizer& tokenizer = *tokenizers[model];
    request["mask"] = true;
    RenderCommand command(OptionsFor(tokenizer));
    KAITO_ASSERT_OK_AND_ASSIGN(
        const json::Value answer,
        json::Parse(command.Process(json::Write(request), ++lines)));
    const std::string where =
        absl::StrCat(model, ", ", request.StringAt({"chat"}));
    ASSERT_NE(answer.Find("ids"), nullptr) << where << json::Write(answer);
    ASSERT_EQ(*answer.Find("ids"), *request.Find("input_ids")) << where;
    const json::Value& got = *answer.Find("assistant_mask");
    const json::Value& wanted = *request.Find("assistant_masks");
    ASSERT_EQ(got.array()->size(), wanted.array()->size()) << where;
    if (got == wanted) continue;
    KAITO_ASSERT_OK_AND_ASSIGN(
        const Encoding encoding,
        tokenizer.Encode(
            answer.StringAt({"text"}),
            {.add_special_tokens = false, .offsets = OffsetUnit::kCodePoints}));
    ASSERT_EQ(encoding.ids.size(), got.array()->size()) << where;
    KAITO_EXPECT_OK(ExplainDifference(wanted, got, encoding, tokenizer))
        << where << ": " << json::Write(got) << " for " << json::Write(wanted);
    ++different;
  }
  EXPECT_EQ(lines, 60);
  EXPECT_EQ(different, 10);
}

}  // namespace
}  // namespace kaito::runtime
