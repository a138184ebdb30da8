#include "kaito/runtime/dataset/dataset.h"

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/dataset/dataset_files.h"
#include "kaito/runtime/dataset/row.h"
#include "kaito/runtime/dataset/row_json.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::string_view kTestData = "kaito/runtime/dataset/testdata/";

absl::StatusOr<Dataset> Load(const std::string& path,
                             DatasetOptions options = {}) {
  return LoadDataset(std::vector<std::string>{path}, options);
}

// Rows as expected.json has them: messages, a text, or both messages and tools;
// null or an empty list for the two kinds that are left out.
json::Array RowsOf(const Dataset& data) {
  json::Array rows(static_cast<size_t>(data.read()));
  for (const Row& row : data.rows) {
    absl::StatusOr<json::Value> value = json::Parse(FormatRow(row));
    if (!value.ok()) {
      ADD_FAILURE() << value.status() << " in " << FormatRow(row);
      return {};
    }
    EXPECT_EQ(value->Find("row")->integer(), row.index);
    json::Value& out = rows[static_cast<size_t>(row.index)];
    if (value->Find("tools") != nullptr) {
      out["messages"] = *value->Find("messages");
      out["tools"] = *value->Find("tools");
    } else {
      const json::Value* messages = value->Find("messages");
      out = messages != nullptr ? *messages : *value->Find("text");
    }
  }
  for (const UnusableRow& row : data.unusable) {
    if (row.why == "messages is empty") {
      rows[static_cast<size_t>(row.index)] = json::Array();
    }
  }
  return rows;
}

json::Value CountingRow(int64_t i) {
  const auto message = [](const char* role, const std::string& content) {
    return json::Object{{"role", role}, {"content", content}};
  };
  return json::Array{message("user", absl::StrCat("question ", i)),
                     message("assistant", absl::StrCat("answer ", i * i))};
}

void ExpectRows(const Dataset& data, const json::Value& want) {
  const json::Array got = RowsOf(data);
  if (want.object() != nullptr) {
    ASSERT_EQ(static_cast<int64_t>(got.size()), *want.Find("count")->integer());
    for (size_t i = 0; i < got.size(); ++i) {
      ASSERT_EQ(got[i], CountingRow(static_cast<int64_t>(i)));
    }
    return;
  }
  ASSERT_EQ(got.size(), want.array()->size());
  for (size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i], (*want.array())[i])
        << "row " << i << ": " << json::Write(got[i]) << " instead of "
        << json::Write((*want.array())[i]);
  }
}

// Every file of the goldens: the same rows in many containers, and broken ones.
TEST(Dataset, ReadsAndRefusesTheGoldens) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::string text,
      ReadFile(absl::StrCat(kTestData, "expected.json"), 8 << 20));
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value golden, json::Parse(text));
  int64_t read = 0;
  int64_t refused = 0;
  for (const auto& [name, want] : *golden.Find("files")->object()) {
    SCOPED_TRACE(name);
    const absl::StatusOr<Dataset> data = Load(absl::StrCat(kTestData, name));
    if (want.StringAt({"expect"}) == "rows") {
      ++read;
      ASSERT_TRUE(data.ok()) << data.status();
      ExpectRows(*data, *golden.Find("rows")->Find(want.StringAt({"rows"})));
      continue;
    }
    ++refused;
    const json::Value* line = want.Find("line");
    const std::string where =
        line != nullptr ? absl::StrCat(": line ", *line->integer(), ":") : "";
    EXPECT_THAT(data.status(), StatusIs(absl::StatusCode::kInvalidArgument,
                                        AllOf(HasSubstr(name), HasSubstr(where),
                                              Not(HasSubstr("\n")))));
  }
  EXPECT_EQ(read, 95);
  EXPECT_EQ(refused, 91);
}

class DatasetFileTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
  }

  std::string Write(absl::string_view name, absl::string_view text) {
    const std::string path = JoinPath(dir_.path(), name);
    KAITO_EXPECT_OK(MakeDirs(Dirname(path)));
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }

  TempDir dir_;
};

TEST_F(DatasetFileTest, ReadsAllFilesOfADirectoryInOrder) {
  Write("b.json", R"([{"text":"b1"},{"text":"b2"}])");
  Write("a/train.jsonl_download_true", "{\"text\":\"a1\"}\n{\"text\":\"a2\"}");
  Write("notes.txt", "not data");
  Write("narrow.md", "nor this");
  Write(".hidden.jsonl", "{");
  KAITO_ASSERT_OK_AND_ASSIGN(const Dataset data, Load(dir_.path()));
  std::vector<std::string> texts;
  for (const Row& row : data.rows) {
    texts.push_back(std::get<PlainText>(row.content).text);
  }
  EXPECT_THAT(texts, ElementsAre("a1", "a2", "b1", "b2"));
  EXPECT_EQ(data.rows[3].index, 3);
  EXPECT_EQ(data.Where(0, 2),
            absl::StrCat(dir_.path(), "/a/train.jsonl_download_true: line 2"));

  KAITO_ASSERT_OK_AND_ASSIGN(const Dataset first,
                             Load(dir_.path(), {.first_file_only = true}));
  EXPECT_EQ(first.rows.size(), 2u);
}

TEST_F(DatasetFileTest, AFileItselfMayHaveAnyName) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Dataset json,
                             Load(Write("download", "{\"text\":\"x\"}")));
  EXPECT_EQ(json.rows.size(), 1u);
  KAITO_ASSERT_OK_AND_ASSIGN(
      const std::string parquet,
      ReadFile(absl::StrCat(kTestData, "parquet/text.parquet"), 1 << 20));
  KAITO_ASSERT_OK_AND_ASSIGN(const Dataset renamed,
                             Load(Write("data.json", parquet)));
  EXPECT_EQ(renamed.rows.size(), 60u);
}

TEST_F(DatasetFileTest, SaysWhatIsThere) {
  EXPECT_THAT(Load(dir_.path()).status(),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(".parquet")));
  EXPECT_THAT(Load("/nonexistent").status(),
              StatusIs(absl::StatusCode::kNotFound));
  const auto error = [&](absl::string_view text) {
    return std::string(Load(Write("x.jsonl", text)).status().message());
  };
  EXPECT_THAT(error("\x1F\x8B\x08"), HasSubstr("gzip"));
  EXPECT_THAT(Load(absl::StrCat(kTestData, "jsonl/messages.jsonl.gz"),
                   {.max_text_bytes = 100})
                  .status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("when decompressed")));
  EXPECT_THAT(error("version https://git-lfs.github.com/spec/v1\n"),
              HasSubstr("Git LFS"));
  EXPECT_THAT(error(R"({"question":"a","answer":"b"})"),
              HasSubstr("line 1: no column messages, conversations, prompt and "
                        "completion, instruction and response, or text; it "
                        "has: question, answer"));
  EXPECT_THAT(
      error("{\"text\":\"a\"}\n{\"messages\":[{\"role\":\"user\","
            "\"content\":\"x\"},{\"role\":\"user\",\"content\":[1]}]}"),
      HasSubstr("line 2: messages[1]: content: want a string or null, got a "
                "list"));
  EXPECT_THAT(error(R"({"prompt":"a"})"), HasSubstr("completion is missing"));
  EXPECT_THAT(error(R"({"prompt":"a","completion":[]})"),
              HasSubstr("one is a string"));
}

TEST_F(DatasetFileTest, ListsRowsWithNothingToTrainOn) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Dataset data,
      Load(Write("x.jsonl",
                 "{\"messages\":[]}\n\n{\"text\":\"a\"}\n{\"prompt\":null,"
                 "\"completion\":\"b\"}\n")));
  ASSERT_EQ(data.unusable.size(), 2u);
  EXPECT_EQ(data.unusable[0].why, "messages is empty");
  EXPECT_EQ(data.unusable[1].why, "prompt is null");
  EXPECT_EQ(data.unusable[1].number, 4);  // The line.
  ASSERT_EQ(data.rows.size(), 1u);
  EXPECT_EQ(data.rows[0].index, 1);
  EXPECT_EQ(data.rows[0].number, 3);
}

TEST_F(DatasetFileTest, TakesColumnsOfOtherNames) {
  const std::string path = Write("x.csv", "q,a,text\nWhy?,Because.,no\n");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Dataset data,
      Load(path, {.columns = {.prompt = "q", .completion = "a"}}));
  const auto& pair = std::get<PromptCompletion>(data.rows[0].content);
  EXPECT_EQ(pair.prompt, "Why?");
  EXPECT_EQ(pair.completion, "Because.");
  EXPECT_THAT(Load(path, {.columns = {.messages = "chat"}}).status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no column chat; it has: q, a, text")));
}

TEST_F(DatasetFileTest, KeepsTheOrderOfToolsAndOfPromptMessages) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Dataset data,
      Load(
          Write("x.jsonl",
                R"({"tools":"[{\"z\": 1.50, \"a\": {}}]","prompt":[{"content":)"
                R"("1","role":"user"}],"completion":[{"role":"assistant",)"
                R"("content":"2"}]})")));
  const auto& chat = std::get<Conversation>(data.rows[0].content);
  EXPECT_EQ(chat.tools, R"([{"z":1.5,"a":{}}])");
  EXPECT_EQ(chat.messages, R"([{"role":"user","content":"1"},)"
                           R"({"role":"assistant","content":"2"}])");
  EXPECT_EQ(chat.prompt_messages, 1);
  EXPECT_EQ(chat.message_count, 2);
}

TEST_F(DatasetFileTest, BoundsTheTextOfAll) {
  EXPECT_THAT(Load(Write("x.jsonl", "{\"text\":\"abc\"}\n{\"text\":\"def\"}"),
                   {.max_text_bytes = 20})
                  .status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("more than 20 bytes")));
}

TEST_F(DatasetFileTest, WithoutThePluginParquetIsRefusedWithAReason) {
  EXPECT_THAT(Load(absl::StrCat(kTestData, "parquet/text.parquet"),
                   {.arrow_plugin = "/nonexistent/plugin.so"})
                  .status(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("looked for /nonexistent/plugin.so")));
}

TEST(DataFormat, IsFoundInNames) {
  EXPECT_EQ(FormatOfName("train-00000.parquet_download_true"),
            DataFormat::kParquet);
  EXPECT_EQ(FormatOfName("Data.JSON"), DataFormat::kJson);
  EXPECT_EQ(FormatOfName("narrow.txt"), DataFormat::kAuto);
  EXPECT_EQ(FormatOfName("a.json.gz"), DataFormat::kJson);
  EXPECT_EQ(FormatOfName("a.json.bak"), DataFormat::kAuto);
  EXPECT_EQ(FormatOfName("a.jsonx.csv"), DataFormat::kCsv);
}

}  // namespace
}  // namespace kaito::runtime
