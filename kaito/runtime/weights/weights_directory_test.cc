#include "kaito/runtime/weights/weights_directory.h"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/safetensors_writer.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOk;
using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::string_view kModels = "kaito/runtime/testdata/models/";

TEST(WeightsDirectory, ReadsShards) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      WeightsDirectory opened,
      WeightsDirectory::Open(absl::StrCat(kModels, "qwen3")));
  const WeightsDirectory weights = std::move(opened);  // Views stay valid.
  EXPECT_EQ(weights.names().size(), 25u);
  EXPECT_EQ(weights.total_bytes(), 265536);  // As the index says.
  KAITO_ASSERT_OK_AND_ASSIGN(const TensorView embedding,
                             weights.Get("model.embed_tokens.weight"));
  EXPECT_EQ(embedding.dtype, Dtype::kF32);
  EXPECT_THAT(embedding.shape, ElementsAre(160, 48));
  EXPECT_EQ(embedding.bytes.size(), 160u * 48 * 4);
  KAITO_ASSERT_OK_AND_ASSIGN(const TensorView norm,
                             weights.Get("model.norm.weight"));
  EXPECT_THAT(norm.shape, ElementsAre(48));
  EXPECT_FALSE(weights.IsBnb4bit("model.norm.weight"));
  EXPECT_THAT(weights.Get("model.norm"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("qwen3")));
}

TEST(WeightsDirectory, TellsWhatIsMissingAndWhatIsNotWanted) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const WeightsDirectory weights,
      WeightsDirectory::Open(absl::StrCat(kModels, "phi3")));
  std::vector<std::string> wanted = weights.names();
  EXPECT_THAT(weights.Compare(wanted).missing, IsEmpty());
  wanted[0] = "zzz";  // lm_head.weight was the first.
  wanted.push_back("aaa");
  const WeightsDifference difference = weights.Compare(wanted);
  EXPECT_THAT(difference.missing, ElementsAre("aaa", "zzz"));
  EXPECT_THAT(difference.unexpected, ElementsAre("lm_head.weight"));
}

class MadeWeights : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
  }

  void WriteTensors(const std::string& file,
                    const std::vector<std::string>& names) {
    static constexpr std::byte kByte[1] = {};
    std::vector<NamedTensor> tensors;
    for (const std::string& name : names) {
      tensors.push_back(
          {name, {.dtype = Dtype::kU8, .shape = {1}, .bytes = kByte}});
    }
    KAITO_ASSERT_OK(WriteSafetensors(JoinPath(dir_.path(), file), tensors, {}));
  }
  void WriteText(const std::string& file, absl::string_view text) {
    KAITO_ASSERT_OK(WriteFileAtomic(JoinPath(dir_.path(), file), text));
  }
  void WriteIndex(absl::string_view map) {
    WriteText("model.safetensors.index.json",
              absl::StrCat("{\"weight_map\":", map, "}"));
  }
  absl::StatusOr<WeightsDirectory> Open() const {
    return WeightsDirectory::Open(dir_.path());
  }

  TempDir dir_;
};

TEST_F(MadeWeights, SaysWhatLiesThereInstead) {
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kNotFound,
                               AllOf(HasSubstr(dir_.path()),
                                     HasSubstr("neither model.safetensors"))));
  WriteText("pytorch_model.bin", "");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kNotFound,
                               HasSubstr("(pytorch_model.bin) is not read")));
  EXPECT_THAT(WeightsDirectory::Open(JoinPath(dir_.path(), "absent")),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(MadeWeights, PrefersTheSingleFile) {
  WriteTensors("model.safetensors", {"a"});
  WriteIndex(R"({"b":"gone.safetensors"})");
  KAITO_ASSERT_OK_AND_ASSIGN(const WeightsDirectory weights, Open());
  EXPECT_THAT(weights.names(), ElementsAre("a"));
}

TEST_F(MadeWeights, RefusesAnIndexThatLeavesTheDirectory) {
  for (const char* file : {"\"../a\"", "\"/etc/passwd\"", "\"x/y\"", "\"..\"",
                           "\"\"", "\".\"", "7", "null", "\"a\\u0000\""}) {
    WriteIndex(absl::StrCat("{\"a\":", file, "}"));
    EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kInvalidArgument,
                                 HasSubstr("no file name in this directory")))
        << file;
  }
}

TEST_F(MadeWeights, RefusesAnIndexThatIsNone) {
  for (const char* map : {"{}", "[]", "null", "{"}) {
    WriteIndex(map);
    EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kInvalidArgument,
                                 HasSubstr("index.json: ")))
        << map;
  }
}

TEST_F(MadeWeights, RefusesAnIndexThatDoesNotMatchItsShards) {
  WriteTensors("1.safetensors", {"a"});
  WriteTensors("2.safetensors", {"b"});
  WriteIndex(R"({"a":"1.safetensors","b":"2.safetensors"})");
  EXPECT_THAT(Open(), IsOk());
  WriteIndex(R"({"a":"2.safetensors","b":"1.safetensors"})");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("is said to be in")));
  WriteIndex(R"({"a":"1.safetensors","c":"2.safetensors"})");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("\"c\" is said to be in")));
  WriteIndex(R"({"a":"1.safetensors","b":"3.safetensors"})");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kNotFound,
                               AllOf(HasSubstr("index.json: "),
                                     HasSubstr("3.safetensors"))));
  WriteTensors("2.safetensors", {"a", "b"});
  WriteIndex(R"({"a":"1.safetensors","b":"2.safetensors"})");
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("1.safetensors too")));
}

TEST_F(MadeWeights, CountsAQuantisedWeightOnce) {
  WriteTensors("model.safetensors",
               {"w", "w.absmax", "w.quant_map",
                "w.quant_state.bitsandbytes__nf4", "v", "v.absmax"});
  KAITO_ASSERT_OK_AND_ASSIGN(const WeightsDirectory weights, Open());
  // Without a state, v.absmax is a tensor like any other.
  EXPECT_THAT(weights.names(), ElementsAre("v", "v.absmax", "w"));
  EXPECT_TRUE(weights.IsBnb4bit("w"));
  EXPECT_THAT(weights.GetBnb4bit("w"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr(absl::StrCat(dir_.path(), ": w: "))));
  WriteTensors("model.safetensors", {"w", "w.quant_state.bitsandbytes__fp4",
                                     "w.quant_state.bitsandbytes__nf4"});
  EXPECT_THAT(Open(), StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("more than one quant_state")));
}

}  // namespace
}  // namespace kaito::runtime
