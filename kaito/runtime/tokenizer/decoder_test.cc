#include "kaito/runtime/tokenizer/decoder.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/runtime/tokenizer/component_spec.h"

namespace kaito::runtime::tokenization {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kLlama[] = R"({"type": "Sequence", "decoders": [
  {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
  {"type": "ByteFallback"}, {"type": "Fuse"},
  {"type": "Strip", "content": " ", "start": 1, "stop": 0}]})";

absl::StatusOr<Decoder> Make(absl::string_view spec) {
  const json::Value value = json::Parse(spec).value_or("not JSON");
  return MakeDecoder(ComponentSpec(value, "decoder"));
}

// What each token adds, and then the end.
std::vector<std::string> Steps(const Decoder& decoder, DecodeState::Mode mode,
                               const std::vector<std::string>& tokens) {
  DecodeState state(decoder, mode);
  std::vector<std::string> steps;
  for (const std::string& token : tokens) {
    state.Push(token, &steps.emplace_back());
  }
  state.Finish(&steps.emplace_back());
  return steps;
}

std::string Whole(const Decoder& decoder,
                  const std::vector<std::string>& tokens) {
  return absl::StrJoin(Steps(decoder, DecodeState::kWhole, tokens), "");
}

TEST(Decoder, FallsBackToBytesRunByRun) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Decoder decoder, Make(kLlama));
  EXPECT_EQ(Whole(decoder, {"▁▁a", "<0xC3>", "<0xA9>", "▁b"}), " aé b");
  EXPECT_EQ(Whole(decoder, {"<0x20>", "<0x20>", "a"}), " a");
  // One bad byte spoils its run, and only that.
  EXPECT_EQ(
      Whole(decoder, {"<0xC3>", "<0xA9>", "<0xFF>", "a", "<0xc3>", "<0xA9>"}),
      "\uFFFD\uFFFD\uFFFDaé");
  EXPECT_EQ(Whole(decoder, {"<0xG3>", "<0x3>", "<0x041>"}),
            "<0xG3><0x3><0x041>");
}

TEST(Decoder, StreamsWholeCharactersAndTakesNothingBack) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Decoder decoder, Make(kLlama));
  EXPECT_THAT(Steps(decoder, DecodeState::kStreaming,
                    {"▁a", "<0xE6>", "<0xA9>", "<0x8B>", "b", "<0xE6>"}),
              ElementsAre("a", "", "", "橋", "b", "", "\uFFFD"));
  // A run that goes bad is spoilt from there on.
  EXPECT_THAT(
      Steps(decoder, DecodeState::kStreaming,
            {"<0xC3>", "<0xA9>", "<0xE6>", "<0x41>", "<0x42>", "c", "<0x42>"}),
      ElementsAre("", "é", "", "\uFFFD\uFFFD", "\uFFFD", "c", "B", ""));
}

TEST(Decoder, ReadsTheByteAlphabet) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Decoder decoder,
                             Make(R"({"type": "ByteLevel"})"));
  EXPECT_EQ(Whole(decoder, {"Ġa", "Ċ", "Ã©"}), " a\né");
  EXPECT_EQ(Whole(decoder, {"a b", "橋"}), "a b橋");
  EXPECT_THAT(
      Steps(decoder, DecodeState::kStreaming, {"Ã", "a", "Ã", "©", "Ã"}),
      ElementsAre("", "\uFFFDa", "", "é", "", "\uFFFD"));
}

TEST(Decoder, KnowsMetaspaceAndNoDecoderAtAll) {
  KAITO_ASSERT_OK_AND_ASSIGN(const Decoder metaspace,
                             Make(R"({"type": "Metaspace", "replacement": "▁",
               "prepend_scheme": "always"})"));
  EXPECT_EQ(Whole(metaspace, {"▁a", "▁b", "c"}), "a bc");
  KAITO_ASSERT_OK_AND_ASSIGN(const Decoder never,
                             Make(R"({"type": "Metaspace", "replacement": "▁",
                                    "prepend_scheme": "never"})"));
  EXPECT_EQ(Whole(never, {"▁a", "▁b"}), " a b");
  KAITO_ASSERT_OK_AND_ASSIGN(const Decoder none, Make("null"));
  EXPECT_EQ(Whole(none, {"a", "b"}), "a b");
}

TEST(Decoder, RefusesOrdersAndTypesThatItCannotFollow) {
  const std::pair<const char*, const char*> cases[] = {
      {R"({"type": "WordPiece"})", "these are: ByteFallback"},
      {R"({})", "type \"\" is not supported"},
      {R"("x")", "type \"\" is not supported"},
      {R"({"type": "Strip", "content": " ", "start": 1})", "only supported"},
      {R"({"type": "Sequence", "decoders": [{"type": "Fuse"},
          {"type": "ByteFallback"}]})",
       "decoder.decoders[1]: this order"},
      {R"({"type": "Sequence", "decoders": [{"type": "Fuse"},
          {"type": "Strip", "content": " ", "start": 1, "stop": 1}]})",
       "decoder.decoders[1].stop: only 0"},
      {R"({"type": "Sequence", "decoders": [{"type": "Fuse"},
          {"type": "Strip", "content": "", "start": 1}]})",
       "decoder.decoders[1].content"},
      {R"({"type": "Replace", "pattern": {"Regex": "a"}, "content": ""})",
       "decoder.pattern: only {\"String\""},
      {R"({"type": "Replace", "pattern": {"String": ""}, "content": ""})",
       "decoder.pattern: empty"},
      {R"({"type": "Sequence"})", "decoder.decoders: null, want array"},
  };
  for (const auto& [spec, message] : cases) {
    EXPECT_THAT(Make(spec), StatusIs(absl::StatusCode::kInvalidArgument,
                                     HasSubstr(message)))
        << spec;
  }
}

}  // namespace
}  // namespace kaito::runtime::tokenization
