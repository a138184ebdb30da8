#include "kaito/runtime/serve/engine/sequence.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "kaito/base/json/writer.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/engine/token_sampler.h"
#include "kaito/runtime/tokenizer/tokenizer.h"
#include "kaito/runtime/tokenizer/tokenizer_testutil.h"

namespace kaito::runtime::serve {
namespace {

constexpr int32_t kEnd = 259;  // <|end|> of the byte-level tokenizer.

struct Heard {
  std::vector<std::string> pieces;
  std::vector<SampledToken> tokens;
  std::vector<GenerationEnd> ends;

  std::string text() const {
    std::string all;
    for (const std::string& piece : pieces) all += piece;
    return all;
  }
};

class Listener final : public GenerationListener {
 public:
  explicit Listener(Heard& heard) : heard_(heard) {}
  void OnPiece(GenerationPiece piece) override {
    heard_.pieces.push_back(piece.text);
    for (SampledToken& t : piece.tokens) heard_.tokens.push_back(std::move(t));
  }
  void OnEnd(GenerationEnd end) override {
    heard_.ends.push_back(std::move(end));
  }

 private:
  Heard& heard_;
};

// Has a sequence choose these ids one after the other, and `logprobs` told.
class SequenceTest : public ::testing::Test {
 protected:
  SequenceTest() {
    absl::StatusOr<std::unique_ptr<const Tokenizer>> tokenizer =
        Tokenizer::FromFiles(
            {.tokenizer_json = json::Write(SmallByteLevelTokenizer())});
    EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
    tokenizer_ = *std::move(tokenizer);
  }

  Heard Run(GenerationRequest request, const std::vector<int32_t>& ids) {
    request.prompt = {1};
    request.sampling.temperature = 0;
    Heard heard;
    Sequence sequence({.request = std::move(request),
                       .listener = std::make_unique<Listener>(heard)},
                      *tokenizer_, eos_);
    SamplerScratch scratch;
    for (const int32_t id : ids) {
      std::vector<float> logits(260, 0);
      logits[static_cast<size_t>(id)] = 5;
      if (sequence.Advance(logits, scratch)) {
        sequence.Finish();
        return heard;
      }
    }
    sequence.Fail(absl::CancelledError("no more ids"));
    sequence.Finish();
    return heard;
  }

  // Of the bytes of `text`.
  std::vector<int32_t> Ids(absl::string_view text) {
    return tokenizer_->Encode(text, {.add_special_tokens = false})->ids;
  }

  std::unique_ptr<const Tokenizer> tokenizer_;
  std::vector<int32_t> eos_ = {kEnd};
};

TEST_F(SequenceTest, EndsWithTheModelsEndOfText) {
  std::vector<int32_t> ids = Ids("Hi!");
  ids.push_back(kEnd);
  const Heard heard = Run({.max_tokens = 10}, ids);
  EXPECT_EQ(heard.text(), "Hi!");
  ASSERT_EQ(heard.ends.size(), 1u);
  EXPECT_EQ(heard.ends[0].reason, FinishReason::kStop);
  EXPECT_EQ(heard.ends[0].stopped_by.index(), 0u);
  EXPECT_EQ(heard.ends[0].ids, ids);
  EXPECT_EQ(heard.ends[0].prompt_tokens, 1);
}

TEST_F(SequenceTest, EndsAtItsLengthWithoutHalfCharacters) {
  const std::vector<int32_t> ids = Ids("aé");  // Three bytes.
  EXPECT_EQ(Run({.max_tokens = 3}, ids).pieces,
            (std::vector<std::string>{"a", "é"}));
  const Heard cut = Run({.max_tokens = 2}, ids);
  EXPECT_EQ(cut.text(), "a\uFFFD");
  EXPECT_EQ(cut.ends[0].reason, FinishReason::kLength);
}

TEST_F(SequenceTest, EndsWithAStopStringAcrossTokens) {
  const Heard heard =
      Run({.max_tokens = 20, .stop = {"\nUser"}}, Ids("Yes.\nUser: x"));
  EXPECT_EQ(heard.text(), "Yes.");
  EXPECT_EQ(heard.ends[0].reason, FinishReason::kStop);
  EXPECT_EQ(std::get<std::string>(heard.ends[0].stopped_by), "\nUser");
  EXPECT_EQ(Run({.max_tokens = 20, .stop = {"\nUser"}, .include_stop = true},
                Ids("Yes.\nUser: x"))
                .text(),
            "Yes.\nUser");
  // Held back as a possible stop, and told at the end.
  EXPECT_EQ(Run({.max_tokens = 2, .stop = {"ab"}}, Ids("ca")).text(), "ca");
}

TEST_F(SequenceTest, EndsWithAStopId) {
  const Heard heard = Run({.max_tokens = 9, .stop_ids = {'c'}}, {'a', 'c'});
  EXPECT_EQ(std::get<int32_t>(heard.ends[0].stopped_by), 'c');
  EXPECT_EQ(heard.ends[0].ids, (std::vector<int32_t>{'a', 'c'}));
}

TEST_F(SequenceTest, IgnoresTheEndWhereAskedTo) {
  const Heard heard =
      Run({.max_tokens = 3, .ignore_eos = true, .skip_special_tokens = false},
          {'A' - 33, kEnd, kEnd});
  EXPECT_EQ(heard.ends[0].reason, FinishReason::kLength);
  EXPECT_EQ(heard.ends[0].ids.size(), 3u);
  EXPECT_TRUE(heard.text().ends_with("<|end|><|end|>"));
}

TEST_F(SequenceTest, ChoosesNoEndBeforeTheMinimum) {
  const Heard heard =
      Run({.max_tokens = 9, .min_tokens = 2}, {kEnd, kEnd, kEnd, kEnd});
  ASSERT_EQ(heard.ends[0].ids.size(), 3u);
  EXPECT_NE(heard.ends[0].ids[0], kEnd);
  EXPECT_NE(heard.ends[0].ids[1], kEnd);
  EXPECT_EQ(heard.ends[0].ids[2], kEnd);
}

TEST_F(SequenceTest, TellsOfEachTokenOnce) {
  const Heard heard =
      Run({.sampling = {.logprobs = true}, .max_tokens = 4, .stop = {"bx"}},
          Ids("acbd"));
  ASSERT_EQ(heard.tokens.size(), 4u);
  EXPECT_EQ(heard.text(), "acbd");
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(heard.tokens[i].id, heard.ends[0].ids[i]);
    EXPECT_LT(heard.tokens[i].logprob, 0);
  }
}

TEST_F(SequenceTest, TellsWhatItHasWhenItFails) {
  const Heard heard = Run({.max_tokens = 9, .stop = {"cd"}}, Ids("abc"));
  EXPECT_EQ(heard.text(), "ab");
  EXPECT_EQ(heard.ends[0].reason, FinishReason::kFailed);
  EXPECT_EQ(heard.ends[0].status.code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace kaito::runtime::serve
