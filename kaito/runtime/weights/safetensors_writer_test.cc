#include "kaito/runtime/weights/safetensors_writer.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/faulty_file_system.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/safetensors_file.h"
#include "kaito/runtime/weights/safetensors_header.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {
namespace {

using ::kaito::testing::IsOk;
using ::kaito::testing::IsOkAndHolds;
using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr absl::string_view kModels = "kaito/runtime/testdata/models";

std::span<const std::byte> Bytes(absl::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

class SafetensorsWriterTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create(::testing::TempDir()));
    path_ = JoinPath(dir_.path(), "a.safetensors");
  }

  TempDir dir_;
  std::string path_;
};

TEST_F(SafetensorsWriterTest, WritesTheSameBytesAsTheReferenceLibrary) {
  for (const char* name :
       {"phi3/model.safetensors", "bnb_nf4_dq_bf16/model.safetensors",
        "qwen3/model-00002-of-00002.safetensors"}) {
    const std::string golden = JoinPath(kModels, name);
    KAITO_ASSERT_OK_AND_ASSIGN(const SafetensorsFile file,
                               SafetensorsFile::Open(golden));
    std::vector<NamedTensor> tensors;
    for (const SafetensorsEntry& entry : file.tensors()) {
      tensors.push_back({entry.name, *file.Find(entry.name)});
    }
    std::reverse(tensors.begin(), tensors.end());
    KAITO_ASSERT_OK(WriteSafetensors(path_, tensors, file.metadata()));
    KAITO_ASSERT_OK_AND_ASSIGN(const std::string ours,
                               ReadFile(path_, 1 << 20));
    KAITO_ASSERT_OK_AND_ASSIGN(const std::string theirs,
                               ReadFile(golden, 1 << 20));
    EXPECT_TRUE(ours == theirs) << name;
  }
}

TEST_F(SafetensorsWriterTest, TakesTensorsInParts) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      SafetensorsWriter writer,
      SafetensorsWriter::Create(path_,
                                {{"z \"quoted\"", Dtype::kU8, {3}},
                                 {"a", Dtype::kF32, {1}},
                                 {"none", Dtype::kF64, {0, 2}},
                                 {"scalar", Dtype::kBf16, {}}},
                                {{"format", "pt"}, {"step", "7\n"}}));
  std::vector<std::string> names;
  for (const TensorSpec& spec : writer.order()) names.push_back(spec.name);
  EXPECT_THAT(names, ElementsAre("none", "a", "scalar", "z \"quoted\""));
  KAITO_ASSERT_OK(writer.Append("a", Bytes("abcd")));
  KAITO_ASSERT_OK(writer.Append("scalar", Bytes("s")));
  KAITO_ASSERT_OK(writer.Append("scalar", Bytes("t")));
  KAITO_ASSERT_OK(writer.Append("z \"quoted\"", Bytes("xyz")));
  KAITO_ASSERT_OK(writer.Finish());

  KAITO_ASSERT_OK_AND_ASSIGN(const SafetensorsFile file,
                             SafetensorsFile::Open(path_));
  EXPECT_EQ(file.metadata().at("step"), "7\n");
  EXPECT_THAT(file.Find("none")->shape, ElementsAre(0, 2));
  EXPECT_THAT(file.Get("none")->bytes, IsEmpty());
  EXPECT_EQ(file.Find("scalar")->dtype, Dtype::kBf16);
  EXPECT_THAT(file.Find("z \"quoted\"")->bytes,
              ElementsAre(std::byte{'x'}, std::byte{'y'}, std::byte{'z'}));
  EXPECT_THAT(file.Get("b"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(path_)));
  EXPECT_FALSE(file.Find("__metadata__").has_value());
}

TEST_F(SafetensorsWriterTest, RefusesBytesOutOfTurn) {
  KAITO_ASSERT_OK_AND_ASSIGN(
      SafetensorsWriter writer,
      SafetensorsWriter::Create(
          path_, {{"a", Dtype::kU8, {2}}, {"b", Dtype::kU8, {2}}}, {}));
  EXPECT_THAT(writer.Append("b", Bytes("bb")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("it is the turn of a")));
  EXPECT_THAT(writer.Append("a", Bytes("aaa")),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("lacks only 2")));
  KAITO_ASSERT_OK(writer.Append("a", Bytes("aa")));
  EXPECT_THAT(writer.Finish(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                        HasSubstr("tensor b lacks 2 bytes")));
}

TEST_F(SafetensorsWriterTest, RefusesWhatItsReaderWouldRefuse) {
  const auto create = [&](std::vector<TensorSpec> specs) {
    return SafetensorsWriter::Create(path_, std::move(specs), {}).status();
  };
  EXPECT_THAT(create({{"a", Dtype::kU8, {2}}, {"a", Dtype::kF32, {2}}}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(create({{"__metadata__", Dtype::kU8, {2}}}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(create({{std::string(1025, 'n'), Dtype::kU8, {2}}}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(create({{"a", Dtype::kF4, {3}}}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(create({{"a", Dtype::kU8, {int64_t{1} << 59}},
                      {"b", Dtype::kU8, {int64_t{1} << 62}}}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ListDir(dir_.path(), 10), IsOkAndHolds(IsEmpty()));
}

TEST_F(SafetensorsWriterTest, LeavesNothingOnAFullDisk) {
  FaultyFileSystem fs;
  fs.set_capacity(150);
  const std::string data(400, 'd');
  const NamedTensor tensor = {
      "a", {.dtype = Dtype::kU8, .shape = {400}, .bytes = Bytes(data)}};
  EXPECT_THAT(
      WriteSafetensors(path_, std::span(&tensor, 1), {}, {.file_system = &fs}),
      StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr(path_)));
  EXPECT_THAT(ListDir(dir_.path(), 10), IsOkAndHolds(IsEmpty()));
}

TEST(SafetensorsFile, NamesTheFileThatIsDamaged) {
  EXPECT_THAT(SafetensorsFile::Open(JoinPath(kModels, "phi3/config.json")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("phi3/config.json: ")));
  EXPECT_THAT(SafetensorsFile::Open(JoinPath(kModels, "absent")),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(
      SafetensorsFile::Open(JoinPath(kModels, "phi3/model.safetensors")),
      IsOk());
}

}  // namespace
}  // namespace kaito::runtime
