#include "kaito/runtime/weights/bnb_4bit.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/tensor_view.h"
#include "kaito/runtime/weights/weights_directory.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOk;
using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::string_view kModels = "kaito/runtime/testdata/models/";
constexpr absl::string_view kDown = "model.layers.0.mlp.down_proj.weight";

TEST(ReadBnb4bit, ReadsADoublyQuantisedCheckpoint) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      const WeightsDirectory weights,
      WeightsDirectory::Open(absl::StrCat(kModels, "bnb_nf4_dq_bf16")));
  KAITO_ASSERT_OK_AND_ASSIGN(const Bnb4bitWeight w, weights.GetBnb4bit(kDown));
  EXPECT_THAT(w.shape, ElementsAre(64, 128));
  EXPECT_EQ(w.dtype, Dtype::kBf16);
  EXPECT_EQ(w.block_size, 64);
  EXPECT_EQ(w.blocks, 128);
  EXPECT_EQ(w.packed.size(), 4096u);
  EXPECT_EQ(w.absmax.size(), 128u);
  EXPECT_EQ(w.map[0], -1.0f);
  EXPECT_EQ(w.map[7], 0.0f);
  EXPECT_EQ(w.map[8], 0.07958029955625534f);
  ASSERT_TRUE(w.nested.has_value());
  EXPECT_EQ(w.nested->block_size, 256);
  EXPECT_EQ(w.nested->absmax.size(), 4u);
  EXPECT_EQ(w.nested->map[127], 0.0f);
  EXPECT_GT(w.nested->offset, 0);
}

TEST(ReadBnb4bit, ReadsEveryWeightOfBothCheckpoints) {
  for (const char* name : {"bnb_nf4_dq_bf16", "bnb_nf4_f32"}) {
    KAITO_ASSERT_OK_AND_ASSIGN(
        const WeightsDirectory weights,
        WeightsDirectory::Open(absl::StrCat(kModels, name)));
    int quantised = 0;
    for (const std::string& weight : weights.names()) {
      if (!weights.IsBnb4bit(weight)) continue;
      ++quantised;
      KAITO_ASSERT_OK_AND_ASSIGN(const Bnb4bitWeight w,
                                 weights.GetBnb4bit(weight));
      EXPECT_EQ(w.nested.has_value(),
                name == absl::string_view("bnb_nf4_dq_bf16"));
    }
    EXPECT_EQ(quantised, 14);  // 7 in each of the 2 layers.
    // Embeddings, head, the last norm, and 2 norms in each layer.
    EXPECT_EQ(weights.names().size(), 14u + 3 + 4);
  }
}

TEST(WeightOfQuantState, TakesTheWeightsName) {
  EXPECT_EQ(WeightOfQuantState("a.weight.quant_state.bitsandbytes__fp4"),
            "a.weight");
  EXPECT_EQ(WeightOfQuantState("a.weight.absmax"), std::nullopt);
}

// A weight [2, 48] in memory, of which a test breaks one thing.
class Parts {
 public:
  Parts() {
    Set("w", Dtype::kU8, {48, 1}, std::string(48, '\x77'));
    Set("w.absmax", Dtype::kU8, {2}, std::string(2, '\1'));
    SetMap("w.quant_map", 16);
    Set("w.nested_absmax", Dtype::kF32, {1}, std::string(4, '\0'));
    SetMap("w.nested_quant_map", 256);
    SetState(
        R"({"quant_type":"nf4","blocksize":64,"dtype":"float16","shape":[2,48],)"
        R"("nested_blocksize":256,"nested_dtype":"float32","nested_offset":0.5})");
  }

  void Set(const std::string& name, Dtype dtype, std::vector<int64_t> shape,
           const std::string& bytes) {
    bytes_[name] = bytes;
    tensors_[name] = {
        .dtype = dtype,
        .shape = std::move(shape),
        .bytes = std::as_bytes(std::span(bytes_[name].data(), bytes.size()))};
  }
  void SetMap(const std::string& name, int64_t size, float last = 1) {
    std::vector<float> map;
    for (int64_t i = 0; i < size; ++i) {
      map.push_back(-1 + 2 * static_cast<float>(i) / static_cast<float>(size));
    }
    map.back() = last;
    Set(name, Dtype::kF32, {size},
        std::string(reinterpret_cast<const char*>(map.data()),
                    map.size() * sizeof(float)));
  }
  void SetState(const std::string& json) {
    state_ = json;
    Set("w.quant_state.bitsandbytes__nf4", Dtype::kU8,
        {static_cast<int64_t>(json.size())}, json);
  }
  void ReplaceInState(absl::string_view from, absl::string_view to) {
    SetState(absl::StrReplaceAll(state_, {{from, to}}));
  }
  void Erase(const std::string& name) { tensors_.erase(name); }
  void Rename(const std::string& from, const std::string& to) {
    tensors_[to] = tensors_[from];
    tensors_.erase(from);
  }

  absl::StatusOr<Bnb4bitWeight> Read() const {
    return ReadBnb4bit("w", [this](absl::string_view name) {
      const auto it = tensors_.find(std::string(name));
      return it == tensors_.end() ? std::nullopt : std::optional(it->second);
    });
  }

 private:
  std::map<std::string, std::string> bytes_;
  std::map<std::string, TensorView> tensors_;
  std::string state_;
};

TEST(ReadBnb4bit, LetsBlocksSpanRows) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Bnb4bitWeight w, Parts().Read());
  EXPECT_EQ(w.blocks, 2);
  EXPECT_EQ(w.dtype, Dtype::kF16);
  EXPECT_EQ(w.nested->offset, 0.5);
}

TEST(ReadBnb4bit, ReadsPackedBytesStoredAsNumbers) {
  Parts parts;
  parts.Set("w", Dtype::kBf16, {24, 1}, std::string(48, '\0'));
  EXPECT_THAT(parts.Read(), IsOk());
}

TEST(ReadBnb4bit, RefusesOtherQuantTypesWithARemedy) {
  Parts parts;
  parts.Rename("w.quant_state.bitsandbytes__nf4",
               "w.quant_state.bitsandbytes__fp4");
  EXPECT_THAT(parts.Read(),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("w: is quantised as fp4"),
                             HasSubstr("take the unquantised model"))));
}

TEST(ReadBnb4bit, RefusesStatesThatDoNotFit) {
  const struct {
    const char* from;
    const char* to;
    const char* says;
  } cases[] = {
      {"nf4", "int3", "quant_type \"int3\""},
      {"\"blocksize\":64", "\"blocksize\":48", "blocksize is 48"},
      {"\"blocksize\":64", "\"blocksize\":0", "blocksize is 0"},
      {"\"blocksize\":64", "\"blocksize\":\"64\"", "blocksize is \"64\""},
      {"\"blocksize\":64", "\"blocksize\":32", "absmax is U8 of shape [2]"},
      {"\"blocksize\":64", "\"block\":64", "blocksize is missing"},
      {"float16", "float64", "dtype \"float64\""},
      {"[2,48]", "[2,49]", "has 48 bytes, shape [2, 49] in 4 bits has 49"},
      {"[2,48]", "[-2,-48]", "shape is [-2,-48]"},
      {"[2,48]", "[96]", "shape is [96]"},
      {"[2,48]", "[4611686018427387905,4]", "more than 2^63"},
      {"[2,48]", "null", "shape is null"},
      {"\"nested_blocksize\":256", "\"nested_blocksize\":1",
       "nested_blocksize is 1"},
      {"0.5", "\"0.5\"", "nested_offset"},
      {"0.5}", "0.5", "quant_state: JSON"},
      {",\"nested_blocksize\":256", "", "absmax is U8"},
  };
  for (const auto& c : cases) {
    Parts parts;
    parts.ReplaceInState(c.from, c.to);
    EXPECT_THAT(parts.Read(),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         AllOf(HasSubstr("w: "), HasSubstr(c.says))))
        << c.to;
  }
}

TEST(ReadBnb4bit, RefusesPartsThatAreMissingOrWrong) {
  for (const char* name :
       {"w", "w.absmax", "w.quant_map", "w.nested_absmax", "w.nested_quant_map",
        "w.quant_state.bitsandbytes__nf4"}) {
    Parts parts;
    parts.Erase(name);
    EXPECT_THAT(
        parts.Read(),
        StatusIs(absl::StatusCode::kInvalidArgument,
                 HasSubstr(absl::StrCat("the tensor ", name, " is missing"))));
  }
  Parts map;
  map.SetMap("w.quant_map", 16, /*last=*/-1);
  EXPECT_THAT(map.Read(), StatusIs(absl::StatusCode::kInvalidArgument,
                                   HasSubstr("quant_map[15] is -1")));
  Parts short_map;
  short_map.SetMap("w.nested_quant_map", 16);
  EXPECT_THAT(short_map.Read(), StatusIs(absl::StatusCode::kInvalidArgument,
                                         HasSubstr("wanted are 256 of F32")));
  Parts state;
  state.Set("w.quant_state.bitsandbytes__nf4", Dtype::kI8, {2}, "{}");
  EXPECT_THAT(state.Read(), StatusIs(absl::StatusCode::kInvalidArgument,
                                     HasSubstr("instead of U8")));
}

}  // namespace
}  // namespace kaito::runtime
