#include "kaito/runtime/serve/http/serving_api.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/router.h"
#include "kaito/base/http/server.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/serve/engine/engine.h"
#include "kaito/runtime/serve/engine/fake_backend.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/http/chat_prompt.h"
#include "kaito/runtime/serve/http/model_catalog.h"
#include "kaito/runtime/tokenizer/tokenizer.h"
#include "kaito/runtime/tokenizer/tokenizer_testutil.h"

namespace kaito::runtime::serve {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr int32_t kEnd = 259;  // <|end|>
constexpr char kAnswer[] = "Fine, thanks – and you?";
constexpr char kTunedAnswer[] = "Tuned.";

class SilentListener final : public GenerationListener {
 public:
  void OnPiece(GenerationPiece) override {}
  void OnEnd(GenerationEnd) override {}
};

// A server whose model answers what follows the first <|end|> with kAnswer, or
// kTunedAnswer with an adapter, and goes on with "z" elsewhere.
class ServingApiTest : public ::testing::Test {
 protected:
  ServingApiTest() {
    absl::StatusOr<std::unique_ptr<const Tokenizer>> tokenizer =
        Tokenizer::FromFiles(
            {.tokenizer_json = json::Write(SmallByteLevelTokenizer())});
    EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
    tokenizer_ = *std::move(tokenizer);
    answer_ = Ids(kAnswer);
    tuned_ = Ids(kTunedAnswer);
    z_ = Ids("z")[0];
    backend_.Favour(
        [this](std::span<const int32_t> ids, const LoraAdapter* adapter) {
          const auto end = std::find(ids.begin(), ids.end(), kEnd);
          if (end == ids.end() || endless_) return z_;
          const size_t told = static_cast<size_t>(ids.end() - end) - 1;
          const std::vector<int32_t>& answer =
              adapter == nullptr ? answer_ : tuned_;
          return told < answer.size() ? answer[told] : kEnd;
        });
    KAITO_EXPECT_OK(
        models_.Add("acme", {.adapter = std::make_shared<const LoraAdapter>(),
                             .path = "/mnt/adapter/acme"}));
  }

  void Start(ServingOptions options = {}, EngineOptions engine_options = {}) {
    engine_options.eos_ids = {kEnd};
    engine_options.blocks = 4096;
    absl::StatusOr<std::unique_ptr<Engine>> engine =
        Engine::Start(clock_, backend_, *tokenizer_, engine_options);
    ASSERT_TRUE(engine.ok()) << engine.status();
    engine_ = *std::move(engine);
    absl::StatusOr<ChatPrompt> prompts = ChatPrompt::Create(
        *tokenizer_,
        has_template_
            ? std::optional<std::string>(
                  "{% for m in messages %}{{ m.content }}{{ eos_token }}"
                  "{% endfor %}")
            : std::nullopt,
        R"({"eos_token":"<|end|>"})");
    ASSERT_TRUE(prompts.ok()) << prompts.status();
    prompts_.emplace(*std::move(prompts));
    api_ = std::make_unique<ServingApi>(
        ServingApi::Parts{
            .clock = clock_,
            .engine = *engine_,
            .tokenizer = *tokenizer_,
            .prompts = *prompts_,
            .models = models_,
            .defaults = {.do_sample = false},
            .load_adapter = [](absl::string_view directory)
                -> absl::StatusOr<std::shared_ptr<const LoraAdapter>> {
              if (directory == "/good") {
                return std::make_shared<const LoraAdapter>();
              }
              return absl::NotFoundError("no such directory");
            }},
        std::move(options));
    http::Router router;
    KAITO_ASSERT_OK(api_->AddTo(router));
    absl::StatusOr<std::unique_ptr<http::Server>> server = http::Server::Start(
        clock_, {.max_queued_bytes = 4 << 20}, std::move(router).AsHandler());
    ASSERT_TRUE(server.ok()) << server.status();
    server_ = *std::move(server);
    absl::StatusOr<std::unique_ptr<http::Client>> client =
        http::Client::Create(clock_, {.proxy_from = http::ProxyFrom::kNowhere});
    ASSERT_TRUE(client.ok()) << client.status();
    client_ = *std::move(client);
  }

  std::vector<int32_t> Ids(absl::string_view text) {
    return tokenizer_->Encode(text, {.add_special_tokens = false})->ids;
  }
  http::Request Request(absl::string_view path, absl::string_view body) {
    return {.method = body.empty() ? "GET" : "POST",
            .url = absl::StrCat("http://127.0.0.1:", server_->port(), path),
            .headers = {{"Content-Type", "application/json"}},
            .body = std::string(body),
            .timeout = absl::InfiniteDuration()};
  }
  http::Response Do(http::Request request) {
    absl::StatusOr<http::Response> response =
        client_->Do(std::move(request), StopToken());
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? *std::move(response) : http::Response{};
  }
  http::Response Get(absl::string_view path) { return Do(Request(path, "")); }
  http::Response Post(absl::string_view path, absl::string_view body) {
    return Do(Request(path, body));
  }
  // Of a 200.
  json::Value PostJson(absl::string_view path, absl::string_view body) {
    const http::Response response = Post(path, body);
    EXPECT_EQ(response.code, 200) << response.body;
    absl::StatusOr<json::Value> value = json::Parse(response.body);
    EXPECT_TRUE(value.ok()) << value.status();
    return value.ok() ? *std::move(value) : json::Value();
  }
  std::string Result(absl::string_view body) {
    return std::string(PostJson("/chat", body).StringAt({"Result"}));
  }
  // The events of a stream, each without "data: "; that they are framed as the
  // standard says.
  std::vector<std::string> Events(absl::string_view path,
                                  absl::string_view body) {
    const http::Response response = Post(path, body);
    EXPECT_EQ(response.code, 200) << response.body;
    EXPECT_EQ(response.headers.Get("Content-Type"), "text/event-stream");
    std::vector<std::string> events;
    for (absl::string_view event : absl::StrSplit(response.body, "\n\n")) {
      if (event.empty()) continue;
      EXPECT_TRUE(absl::ConsumePrefix(&event, "data: ")) << event;
      EXPECT_THAT(std::string(event), Not(HasSubstr("\n")));
      events.emplace_back(event);
    }
    return events;
  }

  FakeClock clock_;
  FakeBackend backend_{{.max_positions = 1 << 16}};
  std::unique_ptr<const Tokenizer> tokenizer_;
  std::vector<int32_t> answer_, tuned_;
  int32_t z_ = 0;
  std::atomic<bool> endless_ = false;
  bool has_template_ = true;
  ModelCatalog models_{{"base"}};
  std::unique_ptr<Engine> engine_;
  std::optional<ChatPrompt> prompts_;
  std::unique_ptr<ServingApi> api_;
  std::unique_ptr<http::Server> server_;
  std::unique_ptr<http::Client> client_;
};

constexpr char kHi[] =
    R"({"messages":[{"role":"user","content":"Hi"}],"model":"base")";

TEST_F(ServingApiTest, ChatsAsKaitoDoes) {
  Start();
  EXPECT_EQ(Result(R"({"prompt":"Hi"})"), kAnswer);
  EXPECT_EQ(Result(R"({"prompt":"Hi","return_full_text":true})"),
            absl::StrCat("Hi\n", kAnswer));
  EXPECT_EQ(Result(R"({"messages":[{"role":"user","content":"Hi"}]})"),
            kAnswer);
  EXPECT_EQ(Result(R"({"prompt":"Hi","model":"acme"})"), kTunedAnswer);
  EXPECT_EQ(Result(R"({"prompt":"Hi",
                       "generate_kwargs":{"max_new_tokens":4}})"),
            "Fine");
  // As it is: with raw, and where it was rendered already.
  EXPECT_EQ(Result(R"({"prompt":"ab","raw":true,"generate_kwargs":
                       {"do_sample":false,"max_new_tokens":3}})"),
            "abzzz");
  EXPECT_EQ(Result(R"({"prompt":"Hi<|end|>","return_full_text":false,
                       "generate_kwargs":{"do_sample":false}})"),
            kAnswer);
}

TEST_F(ServingApiTest, FeedsPromptsAsTheyAreWhereKaitoIsCopied) {
  Start({.kaito_compat = true});
  EXPECT_EQ(Result(R"({"prompt":"ab","generate_kwargs":
                       {"do_sample":false,"max_length":5}})"),
            "abzzzz");  // "ab" is one token.
}

TEST_F(ServingApiTest, FeedsPromptsAsTheyAreWithoutATemplate) {
  has_template_ = false;
  Start();
  EXPECT_EQ(Result(R"({"prompt":"x","generate_kwargs":
                       {"do_sample":false,"max_length":3}})"),
            "xzz");
  EXPECT_EQ(
      Post("/chat", R"({"messages":[{"role":"user","content":"a"}]})").body,
      R"({"detail":"messages: this model has no chat template; )"
      R"(send a prompt"})");
}

TEST_F(ServingApiTest, AnswersErrorsInEachRoutesShape) {
  Start();
  http::Response response = Post("/chat", R"({"raw":true})");
  EXPECT_EQ(response.code, 400);
  EXPECT_EQ(response.body,
            R"({"detail":"Text generation parameter prompt required"})");
  EXPECT_EQ(Post("/chat", R"({"prompt":1})").code, 422);
  response = Post("/v1/chat/completions", absl::StrCat(kHi, R"(,"n":"x"})"));
  EXPECT_EQ(response.code, 400);
  EXPECT_THAT(response.body, HasSubstr(R"("param":"n")"));
  response =
      Post("/v1/chat/completions", absl::StrCat(kHi, R"(,"model":"gpt-4"})"));
  EXPECT_EQ(response.code, 404);
  EXPECT_THAT(response.body, HasSubstr("model_not_found"));
  // Refused by the engine, and not by the body's reader.
  response = Post("/v1/chat/completions", absl::StrCat(kHi, R"(,"top_p":2})"));
  EXPECT_EQ(response.code, 400);
  EXPECT_THAT(response.body, HasSubstr(R"("param":"top_p")"));
  response = Post("/v1/chat/completions",
                  absl::StrCat(kHi, R"(,"max_tokens":99999999})"));
  EXPECT_THAT(response.body, HasSubstr("context_length_exceeded"));
  http::Request text = Request("/v1/completions", "{\"prompt\":\"a\"}");
  text.headers.Set("Content-Type", "text/plain");
  EXPECT_EQ(Do(std::move(text)).code, 415);
  EXPECT_EQ(Get("/v1/unknown").code, 404);
  EXPECT_EQ(Get("/chat").code, 405);
}

TEST_F(ServingApiTest, CompletesChatsAsOpenAiDoes) {
  Start();
  const json::Value whole = PostJson(
      "/v1/chat/completions", absl::StrCat(kHi, R"(,"n":2,"logprobs":true,
                                    "top_logprobs":1})"));
  EXPECT_EQ(whole.StringAt({"object"}), "chat.completion");
  EXPECT_EQ(whole.StringAt({"model"}), "base");
  EXPECT_EQ(whole.StringAt({"id"}).substr(0, 9), "chatcmpl-");
  const json::Array& choices = *whole.Find("choices")->array();
  ASSERT_EQ(choices.size(), 2u);
  for (const json::Value& choice : choices) {
    EXPECT_EQ(choice.StringAt({"message", "content"}), kAnswer);
    EXPECT_EQ(choice.StringAt({"message", "role"}), "assistant");
    EXPECT_EQ(choice.StringAt({"finish_reason"}), "stop");
    const json::Array& tokens =
        *choice.FindPath({"logprobs", "content"})->array();
    ASSERT_EQ(tokens.size(), answer_.size() + 1);
    EXPECT_EQ(tokens[0].StringAt({"token"}), "F");
    EXPECT_LT(*tokens[0].Find("logprob")->number(), 0);
    EXPECT_EQ(tokens[0].Find("top_logprobs")->array()->size(), 1u);
  }
  const int64_t answer = 2 * static_cast<int64_t>(answer_.size() + 1);
  EXPECT_EQ(*whole.FindPath({"usage", "prompt_tokens"}), 3);
  EXPECT_EQ(*whole.FindPath({"usage", "completion_tokens"}), answer);
  EXPECT_EQ(*whole.FindPath({"usage", "total_tokens"}), answer + 3);
}

TEST_F(ServingApiTest, StreamsChats) {
  Start();
  std::vector<std::string> events =
      Events("/v1/chat/completions", absl::StrCat(kHi, R"(,"stream":true,
                                  "stream_options":{"include_usage":true}})"));
  ASSERT_GE(events.size(), 5u);
  EXPECT_EQ(events.back(), "[DONE]");
  events.pop_back();
  std::vector<json::Value> chunks;
  for (const std::string& event : events) {
    KAITO_ASSERT_OK_AND_ASSIGN(json::Value chunk, json::Parse(event));
    EXPECT_EQ(chunk.StringAt({"object"}), "chat.completion.chunk");
    chunks.push_back(std::move(chunk));
  }
  const auto choice = [&](size_t i) -> const json::Value& {
    return (*chunks[i].Find("choices")->array())[0];
  };
  EXPECT_EQ(choice(0).StringAt({"delta", "role"}), "assistant");
  std::string text;
  for (size_t i = 1; i + 2 < chunks.size(); ++i) {
    EXPECT_TRUE(choice(i).Find("finish_reason")->is_null());
    text += std::string(choice(i).StringAt({"delta", "content"}));
  }
  EXPECT_EQ(text, kAnswer);
  EXPECT_EQ(choice(chunks.size() - 2).StringAt({"finish_reason"}), "stop");
  EXPECT_TRUE(chunks.back().Find("choices")->array()->empty());
  EXPECT_EQ(*chunks.back().FindPath({"usage", "prompt_tokens"}), 3);
}

TEST_F(ServingApiTest, CompletesTexts) {
  Start();
  const json::Value whole = PostJson(
      "/v1/completions",
      R"({"prompt":["Hi<|end|>",[70,259]],"max_tokens":4,"echo":true})");
  const json::Array& choices = *whole.Find("choices")->array();
  ASSERT_EQ(choices.size(), 2u);
  EXPECT_EQ(choices[0].StringAt({"text"}), "Hi<|end|>Fine");
  EXPECT_EQ(choices[0].StringAt({"finish_reason"}), "length");
  EXPECT_EQ(choices[1].Find("index")->integer(), 1);
  const json::Value stopped =
      PostJson("/v1/completions", R"({"prompt":"Hi<|end|>","max_tokens":40,
                             "stop":[", "],"logprobs":0})");
  const json::Value& choice = (*stopped.Find("choices")->array())[0];
  EXPECT_EQ(choice.StringAt({"text"}), "Fine");
  EXPECT_EQ(choice.StringAt({"stop_reason"}), ", ");
  EXPECT_EQ(json::Write((*choice.FindPath({"logprobs", "tokens"})->array())[0]),
            "\"F\"");
  const std::vector<std::string> events =
      Events("/v1/completions",
             R"({"prompt":"Hi<|end|>","max_tokens":3,"stream":true,"n":2})");
  std::string texts[2];
  for (size_t i = 0; i + 1 < events.size(); ++i) {
    KAITO_ASSERT_OK_AND_ASSIGN(const json::Value chunk, json::Parse(events[i]));
    const json::Value& c = (*chunk.Find("choices")->array())[0];
    texts[*c.Find("index")->integer()] += std::string(c.StringAt({"text"}));
  }
  EXPECT_EQ(texts[0], "Fin");
  EXPECT_EQ(texts[1], "Fin");
}

TEST_F(ServingApiTest, FreesTheBlocksOfAClientThatLeavesItsStream) {
  endless_ = true;
  Start();
  StopSource client;
  absl::StatusOr<std::unique_ptr<http::ResponseStream>> body = client_->Open(
      Request("/v1/completions",
              R"({"prompt":"a","max_tokens":60000,"stream":true})"),
      client.token());
  ASSERT_TRUE(body.ok()) << body.status();
  KAITO_ASSERT_OK((*body)->Read());
  client.RequestStop();
  // Nothing else would end it in time.
  engine_->Drain(SteadyTime::InfiniteFuture());
  EXPECT_EQ(engine_->metrics().finished_abort, 1);
  EXPECT_EQ(engine_->metrics().free_blocks, engine_->metrics().total_blocks);
}

TEST_F(ServingApiTest, FreesTheBlocksOfAClientThatLeavesBeforeTheAnswer) {
  endless_ = true;
  StopSource client;
  // Leaves when the engine has run its first step.
  backend_.OnStep([&] {
    client.RequestStop();
    return absl::OkStatus();
  });
  Start();
  EXPECT_FALSE(client_
                   ->Do(Request("/v1/completions",
                                R"({"prompt":"a","max_tokens":60000})"),
                        client.token())
                   .ok());
  engine_->Drain(SteadyTime::InfiniteFuture());
  EXPECT_EQ(engine_->metrics().finished_abort, 1);
  EXPECT_EQ(engine_->metrics().free_blocks, engine_->metrics().total_blocks);
}

TEST_F(ServingApiTest, AsksToComeAgainWhenItIsFullOrStops) {
  Notification entered, open;
  backend_.OnStep([&] {
    entered.Notify();
    open.Wait();
    return absl::OkStatus();
  });
  Start({}, {.max_running = 1, .max_waiting = 1});
  for (int i = 0; i < 2; ++i) {
    std::vector<Submission> filler(1);
    filler[0].request.prompt = {1};
    filler[0].request.max_tokens = 1;
    filler[0].listener = std::make_unique<SilentListener>();
    KAITO_ASSERT_OK(engine_->Submit(std::move(filler)));
    entered.Wait();
  }
  http::Response full = Post("/v1/chat/completions", absl::StrCat(kHi, "}"));
  EXPECT_EQ(full.code, 429);
  EXPECT_EQ(full.headers.Get("Retry-After"), "1");
  EXPECT_THAT(full.body, HasSubstr("rate_limit_exceeded"));
  full = Post("/chat", R"({"prompt":"Hi"})");
  EXPECT_EQ(full.code, 429);
  EXPECT_THAT(full.body, HasSubstr("\"detail\""));
  EXPECT_THAT(Get("/metrics").body, HasSubstr("kaito_ratelimit_rejected_total"
                                              "{model_name=\"base\","
                                              "engine=\"0\"} 2\n"));
  open.Notify();
  engine_->Drain(SteadyTime::InfiniteFuture());
  EXPECT_EQ(Post("/v1/chat/completions", absl::StrCat(kHi, "}")).code, 503);
}

TEST_F(ServingApiTest, TellsOfAFailureInTheMiddleOfAStream) {
  std::atomic<int> steps = 0;
  backend_.OnStep([&]() -> absl::Status {
    if (++steps == 3) return absl::InternalError("device: fell off");
    return absl::OkStatus();
  });
  Start();
  const std::vector<std::string> events =
      Events("/v1/chat/completions", absl::StrCat(kHi, R"(,"stream":true})"));
  ASSERT_GE(events.size(), 3u);
  EXPECT_THAT(events[events.size() - 2], HasSubstr("device: fell off"));
  EXPECT_EQ(events.back(), "[DONE]");
  EXPECT_EQ(Get("/health").code, 500);
  steps = 100;
  EXPECT_EQ(Result(R"({"prompt":"Hi"})"), kAnswer);
  EXPECT_EQ(Get("/health").code, 200);
}

TEST_F(ServingApiTest, TellsAboutItself) {
  Start({.version = "1.2.3"});
  EXPECT_EQ(Get("/").body, R"({"message":"Server is running"})");
  EXPECT_EQ(Get("/healthz").body, R"({"status":"Healthy"})");
  EXPECT_EQ(Get("/version").body, R"({"version":"1.2.3"})");
  EXPECT_THAT(Get("/metrics").body, HasSubstr("vllm:num_requests_running"));
  http::Request json = Request("/metrics", "");
  json.headers.Set("Accept", "application/json");
  EXPECT_THAT(Do(std::move(json)).body, HasSubstr("\"cpu_info\""));
  KAITO_ASSERT_OK_AND_ASSIGN(const json::Value models,
                             json::Parse(Get("/v1/models").body));
  const json::Array& list = *models.Find("data")->array();
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[0].StringAt({"id"}), "base");
  EXPECT_EQ(list[1].StringAt({"id"}), "acme");
  EXPECT_EQ(list[1].StringAt({"parent"}), "base");
}

TEST_F(ServingApiTest, Tokenizes) {
  Start();
  const json::Value tokens =
      PostJson("/tokenize", R"({"prompt":"ab","return_token_strs":true})");
  EXPECT_EQ(json::Write(*tokens.Find("tokens")), "[256]");
  EXPECT_EQ(json::Write(*tokens.Find("token_strs")), "[\"ab\"]");
  EXPECT_EQ(*tokens.Find("count"), 1);
  EXPECT_EQ(
      *PostJson("/tokenize", R"({"messages":[{"role":"user","content":"ab"}]})")
           .Find("count"),
      2);
  EXPECT_EQ(
      PostJson("/detokenize", R"({"tokens":[256,259]})").StringAt({"prompt"}),
      "ab<|end|>");
}

TEST_F(ServingApiTest, LoadsAndUnloadsAdapters) {
  Start({.adapter_updates = true});
  const char* const load = "/v1/load_lora_adapter";
  const char* const good = R"({"lora_name":"new","lora_path":"/good"})";
  EXPECT_EQ(Post(load, good).body,
            "Success: LoRA adapter 'new' added successfully.");
  EXPECT_EQ(Result(R"({"prompt":"Hi","model":"new"})"), kTunedAnswer);
  EXPECT_EQ(Post(load, good).code, 400);
  EXPECT_EQ(Post(load, R"({"lora_name":"b","lora_path":"/bad"})").code, 404);
  EXPECT_EQ(Post(load, R"({"lora_name":"b c","lora_path":"/good"})").code, 400);
  EXPECT_EQ(Post("/v1/unload_lora_adapter", R"({"lora_name":"new"})").body,
            "Success: LoRA adapter 'new' removed successfully.");
  EXPECT_EQ(Post("/chat", R"({"prompt":"Hi","model":"new"})").code, 404);
}

TEST_F(ServingApiTest, LoadsNoAdaptersWhereThatIsOff) {
  Start();
  EXPECT_EQ(Post("/v1/load_lora_adapter",
                 R"({"lora_name":"new","lora_path":"/good"})")
                .code,
            403);
  EXPECT_EQ(Post("/v1/unload_lora_adapter", R"({"lora_name":"acme"})").code,
            403);
}

TEST_F(ServingApiTest, WantsTheKeyWhereThereIsOne) {
  Start({.api_key = "s3cret"});
  EXPECT_EQ(Post("/chat", R"({"prompt":"Hi"})").code, 401);
  EXPECT_EQ(Get("/v1/models").code, 401);
  EXPECT_EQ(Get("/health").code, 200);
  http::Request request = Request("/chat", R"({"prompt":"Hi"})");
  request.headers.Set("Authorization", "Bearer s3cret");
  EXPECT_EQ(Do(std::move(request)).code, 200);
}

}  // namespace
}  // namespace kaito::runtime::serve
