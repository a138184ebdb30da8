#include "kaito/runtime/serve/engine/engine.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/serve/engine/engine_metrics.h"
#include "kaito/runtime/serve/engine/fake_backend.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/tokenizer/tokenizer.h"
#include "kaito/runtime/tokenizer/tokenizer_testutil.h"

namespace kaito::runtime::serve {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::HasSubstr;

// What came of one submission.
struct Answer {
  Notification ended;
  Notification first;  // The first piece.
  GenerationEnd end;
  std::string text;

  const std::vector<int32_t>& ids() {
    ended.Wait();
    return end.ids;
  }
};

class Listener final : public GenerationListener {
 public:
  explicit Listener(std::shared_ptr<Answer> answer)
      : answer_(std::move(answer)) {}
  void OnPiece(GenerationPiece piece) override {
    answer_->text += piece.text;
    answer_->first.Notify();
  }
  void OnEnd(GenerationEnd end) override {
    answer_->end = std::move(end);
    answer_->ended.Notify();
  }

 private:
  std::shared_ptr<Answer> answer_;  // The test's, too.
};

class EngineTest : public ::testing::Test {
 protected:
  EngineTest() {
    absl::StatusOr<std::unique_ptr<const Tokenizer>> tokenizer =
        Tokenizer::FromFiles(
            {.tokenizer_json = json::Write(SmallByteLevelTokenizer())});
    EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
    tokenizer_ = *std::move(tokenizer);
  }

  void Start(EngineOptions options = {}) {
    absl::StatusOr<std::unique_ptr<Engine>> engine =
        Engine::Start(clock_, backend_, *tokenizer_, std::move(options));
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
  }

  absl::StatusOr<std::shared_ptr<Answer>> TrySubmit(GenerationRequest request) {
    auto answer = std::make_shared<Answer>();
    std::vector<Submission> together(1);
    together[0].request = std::move(request);
    together[0].listener = std::make_unique<Listener>(answer);
    const absl::Status status = engine_->Submit(std::move(together));
    if (!status.ok()) return status;
    return answer;
  }
  std::shared_ptr<Answer> Submit(GenerationRequest request) {
    absl::StatusOr<std::shared_ptr<Answer>> answer =
        TrySubmit(std::move(request));
    EXPECT_TRUE(answer.ok()) << answer.status();
    return *answer;
  }

  FakeClock clock_;
  FakeBackend backend_{{}};
  std::unique_ptr<const Tokenizer> tokenizer_;
  std::unique_ptr<Engine> engine_;
};

// Different in prompt, length, seed, filters and adapter.
std::vector<GenerationRequest> MixedRequests(
    const std::shared_ptr<const LoraAdapter>& adapter) {
  std::vector<GenerationRequest> requests;
  for (int32_t i = 0; i < 12; ++i) {
    GenerationRequest request;
    for (int32_t t = 0; t < 1 + i * 5; ++t) {
      request.prompt.push_back((i * 31 + t * 7) % 256);
    }
    request.max_tokens = 5 + i * 3;
    request.sampling.seed = static_cast<uint64_t>(i / 2);
    request.sampling.repetition_penalty = i % 3 == 0 ? 1.2 : 1;
    request.sampling.top_k = i % 2 == 0 ? 20 : 0;
    if (i % 4 == 3) request.adapter = adapter;
    requests.push_back(std::move(request));
  }
  return requests;
}

TEST_F(EngineTest, AnswersDoNotDependOnWhatElseIsServed) {
  const auto adapter = std::make_shared<const LoraAdapter>();
  std::vector<std::vector<int32_t>> alone;
  Start({.blocks = 400});
  for (GenerationRequest& request : MixedRequests(adapter)) {
    alone.push_back(Submit(std::move(request))->ids());
  }
  // So few blocks that sequences lose theirs again and again.
  Start({.blocks = 12, .block_size = 8, .max_running = 8, .chunk_tokens = 16});
  std::vector<std::shared_ptr<Answer>> answers;
  for (GenerationRequest& request : MixedRequests(adapter)) {
    answers.push_back(Submit(std::move(request)));
  }
  for (size_t i = 0; i < answers.size(); ++i) {
    EXPECT_EQ(answers[i]->ids(), alone[i]) << i;
    EXPECT_EQ(answers[i]->end.reason, FinishReason::kLength);
  }
  engine_->Drain(clock_.NowSteady() + absl::Hours(1));
  const EngineMetrics metrics = engine_->metrics();
  EXPECT_GT(metrics.preemptions, 0);
  EXPECT_EQ(metrics.free_blocks, 12);
  EXPECT_EQ(metrics.finished_length, 12);
}

TEST_F(EngineTest, RunsTogetherWhatComesTogether) {
  Start();
  std::vector<std::shared_ptr<Answer>> answers;
  std::vector<Submission> together;
  for (int i = 0; i < 5; ++i) {
    answers.push_back(std::make_shared<Answer>());
    Submission submission;
    submission.request.prompt = {1, 2, 3};
    submission.request.max_tokens = 4;
    submission.listener = std::make_unique<Listener>(answers.back());
    together.push_back(std::move(submission));
  }
  KAITO_ASSERT_OK(engine_->Submit(std::move(together)));
  for (const auto& answer : answers) answer->ended.Wait();
  engine_->Drain(clock_.NowSteady() + absl::Hours(1));
  EXPECT_EQ(backend_.rows(), 5);
  const EngineMetrics metrics = engine_->metrics();
  EXPECT_EQ(metrics.steps, 4);
  EXPECT_EQ(metrics.prompt_tokens, 15);
  EXPECT_EQ(metrics.generation_tokens, 20);
  EXPECT_EQ(metrics.first_token.count(), 5);
}

TEST_F(EngineTest, FreesTheBlocksOfAClientThatLeft) {
  Start({.blocks = 100});
  StopSource client;
  const auto endless =
      Submit({.prompt = {1}, .max_tokens = 1000, .cancelled = client.token()});
  endless->first.Wait();
  client.RequestStop(absl::CancelledError("the client has gone"));
  endless->ended.Wait();
  EXPECT_THAT(endless->end.status, StatusIs(absl::StatusCode::kCancelled,
                                            HasSubstr("client has gone")));
  engine_->Drain(clock_.NowSteady() + absl::Hours(1));
  EXPECT_EQ(engine_->metrics().free_blocks, 100);
  EXPECT_EQ(engine_->metrics().finished_abort, 1);
}

TEST_F(EngineTest, EndsARequestAtItsDeadline) {
  Start();
  StopSource deadline(StopToken(), clock_,
                      clock_.NowSteady() + absl::Seconds(10));
  backend_.Favour(nullptr);
  const auto slow = Submit(
      {.prompt = {1}, .max_tokens = 4000, .cancelled = deadline.token()});
  slow->first.Wait();
  clock_.Advance(absl::Seconds(11));
  slow->ended.Wait();
  EXPECT_EQ(slow->end.status.code(), absl::StatusCode::kDeadlineExceeded);
}

// Holds the engine within a step until it is let go.
class Gate {
 public:
  explicit Gate(FakeBackend& backend) {
    backend.OnStep([this] {
      entered.Notify();
      open.Wait();
      return absl::OkStatus();
    });
  }
  Notification entered;
  Notification open;
};

TEST_F(EngineTest, RefusesMoreThanMayWait) {
  Gate gate(backend_);
  Start({.max_running = 1, .max_waiting = 2});
  const auto running = Submit({.prompt = {1}, .max_tokens = 1});
  gate.entered.Wait();
  const auto second = Submit({.prompt = {1}, .max_tokens = 1});
  const auto third = Submit({.prompt = {1}, .max_tokens = 1});
  EXPECT_THAT(TrySubmit({.prompt = {1}, .max_tokens = 1}),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       HasSubstr("2 requests wait")));
  EXPECT_EQ(engine_->metrics().waiting, 2);
  EXPECT_EQ(engine_->metrics().refused, 1);
  gate.open.Notify();
  for (const auto& answer : {running, second, third}) answer->ended.Wait();
}

TEST_F(EngineTest, FinishesWhatItHasWhenItDrains) {
  Gate gate(backend_);
  Start();
  const auto answer = Submit({.prompt = {1}, .max_tokens = 50});
  gate.entered.Wait();
  const SteadyTime later = clock_.NowSteady() + absl::Seconds(60);
  absl::StatusOr<Thread> drain =
      Thread::Start("drain", [&] { engine_->Drain(later); });
  ASSERT_TRUE(drain.ok());
  clock_.AwaitWaiters(1);
  EXPECT_THAT(TrySubmit({.prompt = {1}, .max_tokens = 1}),
              StatusIs(absl::StatusCode::kUnavailable));
  gate.open.Notify();
  drain->Join();
  EXPECT_EQ(answer->ids().size(), 50u);
  EXPECT_EQ(answer->end.reason, FinishReason::kLength);
}

TEST_F(EngineTest, EndsTheRestWhenTimeIsUp) {
  Gate gate(backend_);
  Start();
  const auto answer = Submit({.prompt = {1}, .max_tokens = 4000});
  gate.entered.Wait();
  const SteadyTime later = clock_.NowSteady() + absl::Seconds(60);
  absl::StatusOr<Thread> drain =
      Thread::Start("drain", [&] { engine_->Drain(later); });
  ASSERT_TRUE(drain.ok());
  clock_.AwaitWaiters(1);
  clock_.Advance(absl::Seconds(61));
  gate.open.Notify();
  drain->Join();
  answer->ended.Wait();
  EXPECT_EQ(answer->end.status.code(), absl::StatusCode::kUnavailable);
}

TEST_F(EngineTest, TellsOfAFailedStepAndGoesOn) {
  int64_t steps = 0;
  backend_.OnStep([&]() -> absl::Status {
    if (++steps == 2) return absl::InternalError("device: fell off");
    return absl::OkStatus();
  });
  Start();
  const auto failed = Submit({.prompt = {1}, .max_tokens = 5});
  failed->ended.Wait();
  EXPECT_THAT(failed->end.status,
              StatusIs(absl::StatusCode::kInternal, HasSubstr("fell off")));
  EXPECT_EQ(failed->end.ids.size(), 1u);
  EXPECT_EQ(Submit({.prompt = {1}, .max_tokens = 5})->ids().size(), 5u);
  engine_->Drain(clock_.NowSteady() + absl::Hours(1));
  KAITO_EXPECT_OK(engine_->health());
  EXPECT_EQ(engine_->metrics().finished_error, 1);
}

TEST_F(EngineTest, NamesWhatIsWrongWithARequest) {
  Start({.blocks = 4});  // 64 tokens.
  const auto refused = [&](GenerationRequest request, const char* why) {
    EXPECT_THAT(TrySubmit(std::move(request)),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(why)));
  };
  EXPECT_EQ(engine_->max_model_len(), 64);
  refused({.max_tokens = 1}, "prompt: is empty");
  refused({.prompt = {260}, .max_tokens = 1}, "prompt: holds 260");
  refused({.prompt = {1}}, "max_tokens: is 0");
  refused({.prompt = {1, 2}, .max_tokens = 63},
          "maximum context length is 64 tokens; the prompt has 2, and 63");
  refused({.prompt = {1}, .max_tokens = 2, .min_tokens = 3}, "min_tokens");
  refused({.prompt = {1}, .max_tokens = 2, .stop = {""}},
          "stop: an item has 0");
  refused({.prompt = {1}, .max_tokens = 2, .stop_ids = {-1}},
          "stop_token_ids: -1");
  refused({.prompt = {1}, .sampling = {.top_p = 2}, .max_tokens = 2}, "top_p");
  EXPECT_EQ(Submit({.prompt = {1, 2}, .max_tokens = 62})->ids().size(), 62u);
}

}  // namespace
}  // namespace kaito::runtime::serve
