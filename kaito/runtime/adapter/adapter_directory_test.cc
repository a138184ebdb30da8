#include "kaito/runtime/adapter/adapter_directory.h"

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/faulty_file_system.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/model/model_config.h"
#include "kaito/runtime/weights/dtype.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::TempDir;

constexpr absl::string_view kAdapters = "kaito/runtime/testdata/adapters/";

std::string Text(absl::string_view path) {
  const auto text = ReadFile(path, 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  return text.ok() ? *text : "";
}

ModelConfig Model(absl::string_view name) {
  auto model = ParseModelConfig(Text(
      absl::StrCat("kaito/runtime/testdata/models/", name, "/config.json")));
  EXPECT_TRUE(model.ok()) << model.status();
  return *model;
}

absl::StatusOr<StoredAdapter> Read(absl::string_view directory,
                                   absl::string_view model) {
  const ModelConfig config = Model(model);
  return ReadAdapterDirectory(directory, config.decoder, config.names);
}

struct Case {
  const char* name;
  const char* model;
  int64_t parameters;  // As PEFT counted them; so the next.
  int64_t modules;
};

const Case kCases[] = {
    {"phi3_attention", "phi3", 2304, 4},
    {"phi3_kaito_default", "phi3", 1792, 4},
    {"phi3_all_linear_bf16", "phi3", 4992, 8},
    {"llama_query_value", "llama_plain", 1792, 4},
    {"llama_regex", "llama_plain", 1536, 2},
    {"llama_layers", "llama_plain", 1152, 2},
    {"llama_rslora", "llama_plain", 8192, 14},
    {"llama_nf4", "llama_plain", 8192, 14},
    {"qwen3_all_linear", "qwen3", 6912, 14},
    {"qwen3_patterns", "qwen3", 4096, 6},
};

class WithDirectory : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, kaito::TempDir::Create(TempDir()));
  }
  std::string File(absl::string_view name) const {
    return JoinPath(dir_.path(), name);
  }
  // A copy of one of the goldens, to be damaged.
  void CopyCase(absl::string_view name) {
    for (const char* file :
         {"adapter_config.json", "adapter_model.safetensors"}) {
      KAITO_ASSERT_OK(WriteFileAtomic(
          File(file), Text(absl::StrCat(kAdapters, name, "/", file))));
    }
  }
  void ChangeConfig(absl::string_view key, json::Value value) {
    auto config = json::Parse(Text(File("adapter_config.json")));
    KAITO_ASSERT_OK(config.status());
    (*config)[key] = std::move(value);
    KAITO_ASSERT_OK(
        WriteFileAtomic(File("adapter_config.json"), json::Write(*config)));
  }

  kaito::TempDir dir_;
};

using ReadAdapterDirectoryTest = WithDirectory;
using WriteAdapterDirectoryTest = WithDirectory;

TEST_F(ReadAdapterDirectoryTest, ReadsThoseOfPeft) {
  for (const Case& c : kCases) {
    const auto stored = Read(absl::StrCat(kAdapters, c.name), c.model);
    ASSERT_TRUE(stored.ok()) << c.name << stored.status();
    EXPECT_EQ(ParameterCount(stored->adapter), c.parameters) << c.name;
    EXPECT_EQ(static_cast<int64_t>(stored->adapter.modules.size()), c.modules);
  }
}

TEST_F(ReadAdapterDirectoryTest, TakesScalesAsPeftDoes) {
  const auto scales = [](const char* name, const char* model) {
    std::map<std::string, double> result;
    const auto stored = Read(absl::StrCat(kAdapters, name), model);
    EXPECT_TRUE(stored.ok()) << stored.status();
    if (!stored.ok()) return result;
    for (const LoraModule& m : stored->adapter.modules) {
      result[m.module] = m.scale;
    }
    return result;
  };
  EXPECT_EQ(
      scales("qwen3_patterns", "qwen3"),
      (std::map<std::string, double>{{"model.layers.0.self_attn.q_proj", 0.5},
                                     {"model.layers.0.mlp.up_proj", 8},
                                     {"model.layers.0.mlp.down_proj", 2},
                                     {"model.layers.1.self_attn.q_proj", 0.5},
                                     {"model.layers.1.mlp.up_proj", 8},
                                     {"model.layers.1.mlp.down_proj", 4}}));
  EXPECT_EQ(
      scales("llama_rslora", "llama_plain")["model.layers.1.self_attn.o_proj"],
      4);
}

TEST_F(ReadAdapterDirectoryTest, WarnsOfTargetsThatTheModelLacks) {
  const auto stored =
      Read(absl::StrCat(kAdapters, "phi3_kaito_default"), "phi3");
  KAITO_ASSERT_OK(stored.status());
  EXPECT_THAT(stored->warnings,
              ElementsAre(HasSubstr("gate_proj, k_proj, q_proj, up_proj")));
}

TEST_F(ReadAdapterDirectoryTest, RefusesWhatIsNotSupported) {
  EXPECT_THAT(
      Read(absl::StrCat(kAdapters, "llama_modules_to_save"), "llama_plain"),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("modules_to_save")));
  EXPECT_THAT(
      Read(absl::StrCat(kAdapters, "qwen3_embedding"), "qwen3"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("embed_tokens")));
}

TEST_F(ReadAdapterDirectoryTest, NamesTensorsThatMissDifferOrAreTooMany) {
  CopyCase("llama_query_value");
  ChangeConfig("target_modules", json::Array{"q_proj", "v_proj", "o_proj"});
  EXPECT_THAT(Read(dir_.path(), "llama_plain"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("layers.0.self_attn.o_proj.lora_A.weight is "
                                 "missing")));
  ChangeConfig("target_modules", json::Array{"q_proj"});
  EXPECT_THAT(Read(dir_.path(), "llama_plain"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("4 tensors are not used")));
  ChangeConfig("target_modules", json::Array{"q_proj", "v_proj"});
  ChangeConfig("r", 8);
  EXPECT_THAT(Read(dir_.path(), "llama_plain"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("is [4, 64], want [8, 64]"),
                             HasSubstr("lora_A"))));
}

TEST_F(ReadAdapterDirectoryTest, SaysWhichFileIsMissingOrBroken) {
  EXPECT_THAT(
      Read(dir_.path(), "phi3"),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("adapter_config.json")));
  CopyCase("phi3_attention");
  KAITO_ASSERT_OK(WriteFileAtomic(File("adapter_model.safetensors"), "oops"));
  EXPECT_THAT(Read(dir_.path(), "phi3"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("adapter_model.safetensors")));
  KAITO_ASSERT_OK(RealFileSystem().Remove(File("adapter_model.safetensors")));
  EXPECT_THAT(Read(dir_.path(), "phi3"), StatusIs(absl::StatusCode::kNotFound));
  KAITO_ASSERT_OK(WriteFileAtomic(File("adapter_model.bin"), "pickle"));
  EXPECT_THAT(
      Read(dir_.path(), "phi3"),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("pickled")));
  KAITO_ASSERT_OK(WriteFileAtomic(File("adapter_config.json"), "{\"r\": "));
  EXPECT_THAT(Read(dir_.path(), "phi3"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("adapter_config.json")));
}

TEST_F(WriteAdapterDirectoryTest, WritesWhatPeftWrote) {
  for (const Case& c : kCases) {
    const std::string golden = absl::StrCat(kAdapters, c.name);
    const auto stored = Read(golden, c.model);
    KAITO_ASSERT_OK(stored.status());
    const bool bf16 = std::strstr(c.name, "bf16") != nullptr;
    KAITO_ASSERT_OK(
        WriteAdapterDirectory(dir_.path(), stored->config, stored->adapter,
                              AdapterCard(stored->config),
                              {.dtype = bf16 ? Dtype::kBf16 : Dtype::kF32}));
    EXPECT_EQ(json::Parse(Text(File("adapter_config.json"))),
              json::Parse(Text(JoinPath(golden, "adapter_config.json"))))
        << c.name;
    EXPECT_EQ(Text(File("adapter_model.safetensors")),
              Text(JoinPath(golden, "adapter_model.safetensors")))
        << c.name;
    EXPECT_THAT(Text(File("README.md")), HasSubstr("library_name: peft"));
  }
}

TEST_F(WriteAdapterDirectoryTest, LeavesNothingHalfWrittenOnAFullDisk) {
  CopyCase("phi3_attention");
  const std::string before = Text(File("adapter_model.safetensors"));
  auto stored = Read(dir_.path(), "phi3");
  KAITO_ASSERT_OK(stored.status());
  stored->adapter.modules[0].a[0] += 1;
  FaultyFileSystem fs;
  fs.set_capacity(1000);
  EXPECT_THAT(
      WriteAdapterDirectory(dir_.path(), stored->config, stored->adapter, "",
                            {.file = {.file_system = &fs}}),
      StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(Text(File("adapter_model.safetensors")), before);
}

}  // namespace
}  // namespace kaito::runtime
