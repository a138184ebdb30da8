#include "kaito/runtime/dataset/row_encoder.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/batch/batch_plan.h"
#include "kaito/runtime/chat_template/model_template.h"
#include "kaito/runtime/dataset/dataset.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/dataset/row.h"
#include "kaito/runtime/dataset/row_json.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

constexpr char kTinyModel[] = "examples/models/tiny-phi-3-instruct";
constexpr char kDemoData[] = "examples/demo-data/acme-support";

std::vector<int32_t> Integers(const json::Value& list) {
  std::vector<int32_t> out;
  for (const json::Value& item : *list.array()) {
    out.push_back(static_cast<int32_t>(*item.integer()));
  }
  return out;
}

std::vector<int32_t> LabelsOf(const EncodedRow& row) {
  std::vector<int32_t> labels;
  for (size_t i = 0; i < row.ids.size(); ++i) {
    labels.push_back(row.trained[i] ? row.ids[i] : -100);
  }
  return labels;
}

// What TRL's SFTTrainer, and KAITO's collator after it, made of the same rows.
class TrlGolden : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(
        const std::string text,
        ReadFile("kaito/runtime/dataset/testdata/sft_tokenised.json", 1 << 20));
    KAITO_ASSERT_OK_AND_ASSIGN(golden_, json::Parse(text));
    KAITO_ASSERT_OK_AND_ASSIGN(
        std::string tokenizer_json,
        ReadFile("kaito/runtime/tokenizer/testdata/phi3/tokenizer.json",
                 4 << 20));
    KAITO_ASSERT_OK_AND_ASSIGN(
        tokenizer_,
        Tokenizer::FromFiles(
            {.tokenizer_json = std::move(tokenizer_json),
             .tokenizer_config_json =
                 R"({"bos_token":"<s>","eos_token":"<|endoftext|>",)"
                 R"("pad_token":"<|endoftext|>","unk_token":"<unk>"})"}));
  }

  RowEncoder EncoderFor(const json::Value& entry, bool kaito_labels) {
    ModelTemplate model;
    model.variables["eos_token"] = "<|endoftext|>";
    if (const std::string* name = entry.Find("template")->string()) {
      absl::StatusOr<std::string> text =
          ReadFile(absl::StrCat("kaito/runtime/chat_template/testdata/"
                                "templates/",
                                *name, ".jinja"),
                   1 << 20);
      EXPECT_TRUE(text.ok()) << text.status();
      model.text = *std::move(text);
    }
    const json::Value& options = *entry.Find("options");
    const auto flag = [&](absl::string_view name) {
      const json::Value* value = options.Find(name);
      return value != nullptr && value->boolean().value_or(false);
    };
    RowEncoderOptions out = {.assistant_only = flag("assistant_only"),
                             .completion_only = flag("completion_only"),
                             .pairs_as_chat = false,
                             .kaito_labels = kaito_labels};
    if (const json::Value* length = options.Find("max_length")) {
      out.max_length = length->integer().value_or(0);
    }
    if (options.StringAt({"truncation"}) == "keep_end") {
      out.keep = RowEncoderOptions::Keep::kEnd;
    }
    absl::StatusOr<RowEncoder> encoder =
        RowEncoder::Make(*tokenizer_, model, out);
    EXPECT_TRUE(encoder.ok()) << encoder.status();
    return *std::move(encoder);
  }

  EncodedRow Encode(const RowEncoder& encoder, const json::Value& entry,
                    int64_t index) {
    const json::Array& inputs =
        *golden_.Find("inputs")->Find(entry.StringAt({"rows"}))->array();
    absl::StatusOr<ParsedRow> parsed =
        ParseRow(json::Write(inputs[static_cast<size_t>(index)]), {});
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    absl::StatusOr<EncodedRow> row =
        encoder.Encode({.index = index, .content = std::move(parsed->content)});
    EXPECT_TRUE(row.ok()) << row.status();
    return row.ok() ? *std::move(row) : EncodedRow();
  }

  json::Value golden_;
  std::unique_ptr<const Tokenizer> tokenizer_;
};

TEST_F(TrlGolden, GivesTheIdsAndLabelsOfTrl) {
  int64_t rows = 0;
  for (const json::Value& entry : *golden_.Find("cases")->array()) {
    if (entry.Find("dropped_rows") == nullptr) continue;  // Packed ones.
    SCOPED_TRACE(entry.StringAt({"name"}));
    const RowEncoder encoder = EncoderFor(entry, false);
    for (const json::Value& want : *entry.Find("expected")->array()) {
      const int64_t index = *want.Find("row")->integer();
      SCOPED_TRACE(index);
      const EncodedRow row = Encode(encoder, entry, index);
      ASSERT_EQ(row.ids, Integers(*want.Find("input_ids")));
      std::vector<int32_t> labels = Integers(*want.Find("labels"));
      // An answer that begins with spaces: <|assistant|> swallows them, and
      // transformers takes it for a part of the answer. We don't.
      if (entry.StringAt({"template"}) == "phi3_generation") {
        std::ranges::replace(labels, *tokenizer_->IdOf("<|assistant|>"), -100);
      }
      ASSERT_EQ(LabelsOf(row), labels);
      ++rows;
    }
    for (const int32_t index : Integers(*entry.Find("dropped_rows"))) {
      EXPECT_EQ(Encode(encoder, entry, index).targets(), 0) << index;
    }
  }
  EXPECT_GT(rows, 300);
}

TEST_F(TrlGolden, LabelsAsKaitosCollatorWhenAsked) {
  int64_t rows = 0;
  for (const json::Value& entry : *golden_.Find("cases")->array()) {
    const json::Value* labels = entry.Find("kaito_one_by_one");
    if (labels == nullptr) continue;
    SCOPED_TRACE(entry.StringAt({"name"}));
    const RowEncoder encoder = EncoderFor(entry, true);
    const json::Array& expected = *entry.Find("expected")->array();
    for (size_t i = 0; i < expected.size(); ++i) {
      const EncodedRow row =
          Encode(encoder, entry, *expected[i].Find("row")->integer());
      ASSERT_EQ(LabelsOf(row), Integers((*labels->array())[i])) << i;
      ++rows;
    }
  }
  EXPECT_GT(rows, 80);
}

class DemoData : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(tokenizer_, Tokenizer::Load(kTinyModel));
    KAITO_ASSERT_OK_AND_ASSIGN(model_, LoadModelTemplate(kTinyModel));
  }

  absl::StatusOr<EncodedRows> Encode(const std::string& path,
                                     const RowEncoderOptions& options) {
    absl::StatusOr<RowEncoder> encoder =
        RowEncoder::Make(*tokenizer_, model_, options);
    if (!encoder.ok()) return encoder.status();
    absl::StatusOr<Dataset> data =
        LoadDataset(std::vector<std::string>{path}, {});
    if (!data.ok()) return data.status();
    return EncodeRows(*encoder, *data);
  }

  std::unique_ptr<const Tokenizer> tokenizer_;
  ModelTemplate model_;
};

// 450 steps and 271,422 tokens: what the recipe was measured with
// (examples/README.md).
TEST_F(DemoData, GivesTheRecipesStepsAndTokens) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      EncodedRows rows,
      Encode(absl::StrCat(kDemoData, ".parquet"), {.max_length = 512}));
  EXPECT_EQ(rows.rows.size(), 587u);
  EXPECT_EQ(rows.truncated_rows, 0);
  EXPECT_TRUE(rows.dropped.empty());
  EXPECT_EQ(rows.tokens * 18, 271'422);
  KAITO_ASSERT_OK_AND_ASSIGN(
      const BatchPlan plan,
      BatchPlan::Make(std::move(rows.rows), {.rows_per_batch = 24,
                                             .epochs = 18,
                                             .group_by_length = true,
                                             .seed = 1}));
  EXPECT_EQ(plan.total_steps(), 450);
  BatchSource source(plan);
  int64_t tokens = 0;
  for (int i = 0; i < 450; ++i) tokens += source.Next().tokens;
  EXPECT_EQ(tokens, 271'422);
}

TEST_F(DemoData, BothFormatsGiveTheSameTokens) {
  KAITO_ASSERT_OK_AND_ASSIGN(const EncodedRows parquet,
                             Encode(absl::StrCat(kDemoData, ".parquet"), {}));
  KAITO_ASSERT_OK_AND_ASSIGN(const EncodedRows lines,
                             Encode(absl::StrCat(kDemoData, ".jsonl"), {}));
  ASSERT_EQ(parquet.rows.size(), lines.rows.size());
  for (size_t i = 0; i < lines.rows.size(); ++i) {
    ASSERT_EQ(parquet.rows[i].ids, lines.rows[i].ids);
    ASSERT_EQ(parquet.rows[i].trained, lines.rows[i].trained);
  }
}

// The template has no generation blocks: turns are told apart by rendering.
TEST_F(DemoData, TrainsTheAnswersAndWhatEndsThem) {
  KAITO_ASSERT_OK_AND_ASSIGN(const RowEncoder encoder,
                             RowEncoder::Make(*tokenizer_, model_, {}));
  const auto trained = [&](absl::string_view record) {
    absl::StatusOr<ParsedRow> row = ParseRow(record, {});
    EXPECT_TRUE(row.ok()) << row.status();
    absl::StatusOr<EncodedRow> encoded =
        encoder.Encode({.content = row->content});
    EXPECT_TRUE(encoded.ok()) << encoded.status();
    std::vector<int32_t> ids;
    for (size_t i = 0; i < encoded->ids.size(); ++i) {
      if (encoded->trained[i]) ids.push_back(encoded->ids[i]);
    }
    return tokenizer_->Decode(ids, {});
  };
  EXPECT_EQ(trained(R"({"messages":[{"role":"system","content":"Be brief."},)"
                    R"({"role":"user","content":"Hi"},)"
                    R"({"role":"assistant","content":"Hello."},)"
                    R"({"role":"user","content":"Bye"},)"
                    R"({"role":"assistant","content":"See you."}]})"),
            "Hello.<|end|> See you.<|end|><|endoftext|>");
  EXPECT_EQ(trained(R"({"prompt":"Hi","completion":"Hello."})"),
            "Hello.<|end|><|endoftext|>");
  EXPECT_EQ(trained(R"({"text":"All of it"})"), "All of it<|endoftext|>");
}

TEST_F(DemoData, SaysWhyRowsAreDropped) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const EncodedRows rows,
      Encode(absl::StrCat(kDemoData, ".jsonl"), {.max_length = 12}));
  ASSERT_FALSE(rows.dropped.empty());
  EXPECT_THAT(rows.dropped[0].why, HasSubstr("left after cutting"));
  EXPECT_EQ(rows.rows.size() + rows.dropped.size(), 587u);
  EXPECT_THAT(
      Encode(absl::StrCat(kDemoData, ".jsonl"), {.max_length = 1}).status(),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("no row to train on of 587 read; "
                         "examples/demo-data/acme-support.jsonl: line 1: ")));
}

TEST_F(DemoData, ConversationsNeedATemplate) {
  model_.text.reset();
  EXPECT_THAT(Encode(absl::StrCat(kDemoData, ".jsonl"), {}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no chat template")));
}

}  // namespace
}  // namespace kaito::runtime
