#include "kaito/runtime/chat_template/model_template.h"

#include <fstream>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/json/writer.h"

namespace kaito::runtime {
namespace {

using ::testing::HasSubstr;

TEST(ModelTemplate, TakesTheConfigsTemplateAndTokens) {
  const absl::StatusOr<ModelTemplate> model =
      ParseModelTemplate("", R"({"chat_template":"{{ 1 }}","bos_token":"<s>",
              "eos_token":{"content":"</s>","lstrip":false},"pad_token":null,
              "add_bos_token":true,"model_max_length":10})");
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->text, "{{ 1 }}");
  EXPECT_EQ(json::Write(model->variables),
            R"({"bos_token":"<s>","eos_token":"</s>"})");
}

TEST(ModelTemplate, TheFileWinsOverTheConfig) {
  const absl::StatusOr<ModelTemplate> model =
      ParseModelTemplate("file", R"({"chat_template":"config"})");
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->text, "file");
}

TEST(ModelTemplate, OfNamedTemplatesTakesDefault) {
  const absl::StatusOr<ModelTemplate> model = ParseModelTemplate(
      "", R"({"chat_template":[{"name":"tool_use","template":"t"},
                               {"name":"default","template":"d"}]})");
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->text, "d");
}

TEST(ModelTemplate, RefusesWhatItCannotUse) {
  const auto message = [](absl::string_view config) {
    return std::string(ParseModelTemplate("", config).status().message());
  };
  EXPECT_THAT(message("[]"), HasSubstr("want an object"));
  EXPECT_THAT(message("{"), HasSubstr("tokenizer_config.json"));
  EXPECT_THAT(message(R"({"chat_template":7})"), HasSubstr("got integer"));
  EXPECT_THAT(message(R"({"chat_template":[{"name":"rag","template":"r"}]})"),
              HasSubstr("no template is named"));
}

TEST(ModelTemplate, ADirectoryWithoutFilesHasNone) {
  const absl::StatusOr<TempDir> dir = TempDir::Create(::testing::TempDir());
  ASSERT_TRUE(dir.ok()) << dir.status();
  absl::StatusOr<ModelTemplate> model = LoadModelTemplate(dir->path());
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_FALSE(model->text.has_value());

  std::ofstream(absl::StrCat(dir->path(), "/chat_template.jinja")) << "hello";
  model = LoadModelTemplate(dir->path());
  ASSERT_TRUE(model.ok()) << model.status();
  EXPECT_EQ(model->text, "hello");
}

}  // namespace
}  // namespace kaito::runtime
