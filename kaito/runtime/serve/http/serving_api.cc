#include "kaito/runtime/serve/http/serving_api.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/router.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/http/completion_reply.h"
#include "kaito/runtime/serve/http/error_reply.h"
#include "kaito/runtime/serve/http/generation_fields.h"
#include "kaito/runtime/serve/http/kaito_reply.h"
#include "kaito/runtime/serve/http/kaito_request.h"
#include "kaito/runtime/serve/http/openai_format.h"
#include "kaito/runtime/serve/http/openai_request.h"

namespace kaito::runtime::serve {
namespace {

using http::ResponseWriter;
using http::ServerRequest;

// OpenAI's default of the text route, too short for anything but a demo, and
// what its clients expect.
constexpr int64_t kTextTokens = 16;

uint64_t SeedOf(absl::Time now) {
  return static_cast<uint64_t>(absl::ToUnixNanos(now));
}

}  // namespace

ServingApi::ServingApi(Parts parts, ServingOptions options)
    : parts_(std::move(parts)),
      options_(std::move(options)),
      started_(parts_.clock.Now()),
      random_(SeedOf(started_)) {}

absl::Status ServingApi::AddTo(http::Router& router) {
  const struct {
    const char* path;
    Streamer streamer;
  } streamers[] = {
      {"/chat", &ServingApi::Chat},
      {"/v1/chat/completions", &ServingApi::ChatCompletions},
      {"/v1/completions", &ServingApi::TextCompletions},
  };
  for (const auto& [path, streamer] : streamers) {
    KAITO_RETURN_IF_ERROR(router.Add(
        "POST", path,
        [this, streamer = streamer](const http::RoutedRequest& routed,
                                    ResponseWriter& writer) {
          (this->*streamer)(routed.request, writer);
        }));
  }
  const struct {
    const char* method;
    const char* path;
    Responder responder;
  } responders[] = {
      {"GET", "/", &ServingApi::Root},
      {"GET", "/health", &ServingApi::Health},
      {"GET", "/healthz", &ServingApi::Health},
      {"GET", "/metrics", &ServingApi::Metrics},
      {"GET", "/version", &ServingApi::Version},
      {"GET", "/v1/models", &ServingApi::Models},
      {"POST", "/tokenize", &ServingApi::Tokenize},
      {"POST", "/detokenize", &ServingApi::Detokenize},
      {"POST", "/v1/load_lora_adapter", &ServingApi::LoadAdapter},
      {"POST", "/v1/unload_lora_adapter", &ServingApi::UnloadAdapter},
  };
  for (const auto& [method, path, responder] : responders) {
    KAITO_RETURN_IF_ERROR(AddResponder(router, method, path, responder));
  }
  return absl::OkStatus();
}

absl::Status ServingApi::AddResponder(http::Router& router,
                                      absl::string_view method,
                                      absl::string_view path,
                                      Responder responder) {
  return router.Add(method, path,
                    [this, responder](const http::RoutedRequest& routed,
                                      ResponseWriter& writer) {
                      absl::StatusOr<http::Response> response =
                          (this->*responder)(routed.request);
                      writer
                          .Send(response.ok() ? *std::move(response)
                                              : OpenAiError(response.status()))
                          .IgnoreError();
                    });
}

absl::Status ServingApi::CheckAccess(const ServerRequest& request) const {
  if (options_.api_key.empty()) return absl::OkStatus();
  absl::string_view given = request.headers.Get("Authorization").value_or("");
  // Digests, so that the time taken tells nothing about the key.
  if (absl::ConsumePrefix(&given, "Bearer ") &&
      Sha256Hex(given) == Sha256Hex(options_.api_key)) {
    return absl::OkStatus();
  }
  return absl::UnauthenticatedError(
      "Authorization: want \"Bearer\" and this server's key");
}

absl::Status ServingApi::CheckBody(const ServerRequest& request) const {
  KAITO_RETURN_IF_ERROR(CheckAccess(request));
  const absl::string_view type =
      request.headers.Get("Content-Type").value_or("application/json");
  if (absl::StartsWithIgnoreCase(type, "application/json")) {
    return absl::OkStatus();
  }
  return UnsupportedMediaType(type);
}

StopSource ServingApi::RequestStop(const ResponseWriter& writer,
                                   absl::Duration at_most) const {
  return StopSource(
      writer.client_gone(), parts_.clock,
      parts_.clock.NowSteady() + std::min(at_most, options_.request_timeout));
}

uint64_t ServingApi::NextSeed() {
  MutexLock lock(mutex_);
  return random_.Next64();
}

std::string ServingApi::NextId(absl::string_view prefix) {
  const uint64_t high = NextSeed();
  return absl::StrFormat("%s-%016x%016x", prefix, high, NextSeed());
}

// --- KAITO's route.

void ServingApi::Chat(const ServerRequest& request, ResponseWriter& writer) {
  const absl::Status status = TryChat(request, writer);
  if (!status.ok()) writer.Send(KaitoError(status)).IgnoreError();
}

absl::Status ServingApi::TryChat(const ServerRequest& request,
                                 ResponseWriter& writer) {
  KAITO_RETURN_IF_ERROR(CheckBody(request));
  KAITO_ASSIGN_OR_RETURN(KaitoRequest parsed, ParseKaitoRequest(request.body));
  KAITO_ASSIGN_OR_RETURN(const ChosenModel model,
                         parts_.models.Find(parsed.model));
  const std::string prompt = parsed.prompt.value_or("");
  const bool from_messages = parsed.chat.has_messages();
  bool through_template = from_messages;
  if (!from_messages && !parsed.raw && !options_.kaito_compat &&
      parts_.prompts.has_template()) {
    KAITO_ASSIGN_OR_RETURN(const bool rendered,
                           parts_.prompts.IsRendered(prompt));
    through_template = !rendered;
  }
  if (through_template && !from_messages) {
    parsed.chat.SetUserMessage(prompt);
    KAITO_RETURN_IF_ERROR(parsed.chat.Finish());
  }
  std::vector<int32_t> ids;
  if (through_template) {
    KAITO_ASSIGN_OR_RETURN(
        ids, parts_.prompts.OfMessages(parsed.chat, parts_.clock.Now()));
  } else {
    KAITO_ASSIGN_OR_RETURN(
        ids, parts_.prompts.OfText(prompt, /*add_special_tokens=*/true));
  }
  Submission submission;
  KAITO_ASSIGN_OR_RETURN(
      submission.request,
      MakeKaitoGeneration(parsed,
                          {.model = parts_.defaults,
                           .through_template = through_template,
                           .max_model_len = parts_.engine.max_model_len(),
                           .prompt_tokens = static_cast<int64_t>(ids.size()),
                           .seed = NextSeed()}));
  submission.request.prompt = std::move(ids);
  submission.request.adapter = model.adapter;
  const StopSource stop =
      RequestStop(writer, parsed.max_time.value_or(absl::InfiniteDuration()));
  submission.request.cancelled = stop.token();
  std::string prefix;
  if (!from_messages && parsed.return_full_text.value_or(!through_template)) {
    prefix = through_template ? prompt + "\n" : prompt;
  }
  const auto reply = KaitoReply::Create(std::move(writer), std::move(prefix));
  submission.listener = reply->Listen();
  std::vector<Submission> together;
  together.push_back(std::move(submission));
  const absl::Status status = parts_.engine.Submit(std::move(together));
  if (!status.ok()) reply->Refuse(status);
  return absl::OkStatus();
}

// --- OpenAI's routes.

void ServingApi::ChatCompletions(const ServerRequest& request,
                                 ResponseWriter& writer) {
  const absl::Status status = TryChatCompletions(request, writer);
  if (!status.ok()) writer.Send(OpenAiError(status)).IgnoreError();
}

absl::Status ServingApi::TryChatCompletions(const ServerRequest& request,
                                            ResponseWriter& writer) {
  KAITO_RETURN_IF_ERROR(CheckBody(request));
  KAITO_ASSIGN_OR_RETURN(ChatCompletionRequest parsed,
                         ParseChatCompletionRequest(request.body));
  KAITO_ASSIGN_OR_RETURN(const ChosenModel model,
                         parts_.models.Find(parsed.options.model));
  std::vector<std::vector<int32_t>> prompts(1);
  KAITO_ASSIGN_OR_RETURN(
      prompts[0], parts_.prompts.OfMessages(parsed.chat, parts_.clock.Now()));
  Complete(parsed.options, model, /*chat=*/true, std::move(prompts), {},
           writer);
  return absl::OkStatus();
}

void ServingApi::TextCompletions(const ServerRequest& request,
                                 ResponseWriter& writer) {
  const absl::Status status = TryTextCompletions(request, writer);
  if (!status.ok()) writer.Send(OpenAiError(status)).IgnoreError();
}

absl::Status ServingApi::TryTextCompletions(const ServerRequest& request,
                                            ResponseWriter& writer) {
  KAITO_RETURN_IF_ERROR(CheckBody(request));
  KAITO_ASSIGN_OR_RETURN(TextCompletionRequest parsed,
                         ParseTextCompletionRequest(request.body));
  KAITO_ASSIGN_OR_RETURN(const ChosenModel model,
                         parts_.models.Find(parsed.options.model));
  std::vector<std::vector<int32_t>> prompts;
  std::vector<std::string> echo;
  for (Prompt& prompt : parsed.prompts) {
    if (const std::string* text = std::get_if<std::string>(&prompt)) {
      KAITO_ASSIGN_OR_RETURN(
          prompts.emplace_back(),
          parts_.prompts.OfText(*text, parsed.add_special_tokens));
      if (parsed.echo) echo.push_back(*text);
      continue;
    }
    prompts.push_back(std::move(std::get<std::vector<int32_t>>(prompt)));
    if (parsed.echo) {
      echo.push_back(parts_.tokenizer.Decode(prompts.back(), {}));
    }
  }
  Complete(parsed.options, model, /*chat=*/false, std::move(prompts),
           std::move(echo), writer);
  return absl::OkStatus();
}

void ServingApi::Complete(const CompletionOptions& options,
                          const ChosenModel& model, bool chat,
                          std::vector<std::vector<int32_t>> prompts,
                          std::vector<std::string> echo,
                          ResponseWriter& writer) {
  const StopSource stop = RequestStop(writer, absl::InfiniteDuration());
  const auto reply = CompletionReply::Create(
      std::move(writer),
      OpenAiFormat(parts_.tokenizer,
                   {.chat = chat,
                    .logprobs = options.logprobs,
                    .id = NextId(chat ? "chatcmpl" : "cmpl"),
                    .model = model.name,
                    .created = absl::ToUnixSeconds(parts_.clock.Now())}),
      stop,
      {.chat = chat,
       .stream = options.stream,
       .include_usage = options.include_usage,
       .prompts = static_cast<int64_t>(prompts.size()),
       .n = options.n,
       .echo = std::move(echo)});
  GenerationRequest request =
      MakeGeneration(options.generation, parts_.defaults, NextSeed());
  request.adapter = model.adapter;
  request.sampling.logprobs = options.logprobs;
  request.sampling.top_logprobs = options.top_logprobs;
  request.cancelled = stop.token();
  const auto asked = options.generation.max_completion_tokens.has_value()
                         ? options.generation.max_completion_tokens
                         : options.generation.max_tokens;
  std::vector<Submission> together;
  for (std::vector<int32_t>& prompt : prompts) {
    const int64_t left =
        parts_.engine.max_model_len() - static_cast<int64_t>(prompt.size());
    request.max_tokens =
        asked.value_or(chat ? std::max<int64_t>(left, 1) : kTextTokens);
    request.prompt = std::move(prompt);
    for (int64_t i = 0; i < options.n; ++i) {
      request.sampling.stream = together.size();
      const int64_t index = static_cast<int64_t>(together.size());
      together.push_back(
          {.request = request, .listener = reply->Listen(index)});
    }
  }
  const absl::Status status = parts_.engine.Submit(std::move(together));
  if (!status.ok()) reply->Refuse(status);
}

}  // namespace kaito::runtime::serve
