#include "kaito/cli/chat/conversation.h"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/message.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/cli/chat/event_stream.h"
#include "kaito/cli/chat/model_service.h"

namespace kaito::cli {
namespace {

// An answer of the longest context is far below.
constexpr int64_t kMaxAnswerBytes = 16 << 20;

// What served models and API servers call their error's message.
std::string ErrorMessage(const json::Value& body) {
  for (const absl::string_view text :
       {body.StringAt({"error", "message"}), body.StringAt({"detail"}),
        body.StringAt({"message"}), body.StringAt({"error"})}) {
    if (!text.empty()) return std::string(text);
  }
  return "";
}

// `code` is no 2xx; `body` what came with it.
absl::Status ErrorOf(int code, absl::string_view body,
                     const ModelService& service) {
  const absl::StatusOr<json::Value> json = json::Parse(body);
  std::string message = json.ok() ? ErrorMessage(*json) : "";
  if (message.empty()) message = std::string(body.substr(0, 200));
  const std::string text =
      absl::StrCat(service.where(), ": HTTP ", code, ": ", message);
  switch (code) {
    case 400:
    case 422:
      return absl::InvalidArgumentError(text);
    case 401:
    case 403:
      return absl::PermissionDeniedError(
          absl::StrCat(text, ". ", service.remedy()));
    case 404:
      return absl::NotFoundError(text);
    default:
      return absl::UnavailableError(absl::StrCat(text, ". ", service.remedy()));
  }
}

absl::StatusOr<std::unique_ptr<http::ResponseStream>> Post(
    ModelService& service, absl::string_view path, const json::Value& body,
    const StopToken& stop) {
  absl::StatusOr<std::unique_ptr<http::ResponseStream>> stream =
      service.Post(path, json::Write(body), stop);
  if (!stream.ok()) {
    if (stop.stopped()) return stop.status();
    return absl::Status(
        stream.status().code(),
        absl::StrCat(stream.status().message(), ". ", service.remedy()));
  }
  if ((*stream)->code() / 100 == 2) return stream;
  KAITO_ASSIGN_OR_RETURN(const http::Response response,
                         http::ReadAll(**stream, 1 << 20));
  return ErrorOf(response.code, response.body, service);
}

// One chunk of OpenAI's stream.
absl::Status AddChunk(const json::Value& chunk,
                      absl::FunctionRef<void(absl::string_view text)> on_text,
                      Answer& answer) {
  if (chunk.Find("error") != nullptr) {
    return absl::UnavailableError(
        absl::StrCat("the answer broke off: ", ErrorMessage(chunk)));
  }
  if (answer.model.empty()) {
    answer.model = std::string(chunk.StringAt({"model"}));
  }
  const json::Value* choices = chunk.Find("choices");
  if (choices == nullptr || choices->array() == nullptr ||
      choices->array()->empty()) {
    return absl::OkStatus();
  }
  const json::Value& choice = choices->array()->front();
  if (const absl::string_view why = choice.StringAt({"finish_reason"});
      !why.empty()) {
    answer.finish_reason = std::string(why);
  }
  const absl::string_view text = choice.StringAt({"delta", "content"});
  if (text.empty()) return absl::OkStatus();
  if (answer.text.size() + text.size() > kMaxAnswerBytes) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "the answer: more than ", kMaxAnswerBytes, " bytes; use --max-tokens"));
  }
  absl::StrAppend(&answer.text, text);
  on_text(text);
  return absl::OkStatus();
}

}  // namespace

Conversation::Conversation(ModelService& service, ChatOptions options)
    : service_(service), options_(std::move(options)) {
  Forget();
}

void Conversation::Forget() {
  messages_.clear();
  if (options_.system.empty()) return;
  messages_.push_back(
      json::Object{{"role", "system"}, {"content", options_.system}});
}

json::Value Conversation::Body(const json::Array& messages, bool openai) const {
  json::Value body = json::Object{{"messages", messages}};
  if (!options_.model.empty()) body["model"] = options_.model;
  // The two routes have other names for the same.
  json::Value kwargs = json::Object{};
  json::Value& settings = openai ? body : kwargs;
  if (options_.max_tokens > 0) {
    settings[openai ? "max_tokens" : "max_new_tokens"] = options_.max_tokens;
  }
  if (options_.temperature) {
    settings["temperature"] = *options_.temperature;
    if (!openai) settings["do_sample"] = *options_.temperature > 0;
  }
  if (openai) {
    body["stream"] = true;
    return body;
  }
  body["generate_kwargs"] = std::move(kwargs);
  // KAITO's own server knows prompts only.
  body["prompt"] = messages.back().StringAt({"content"});
  return body;
}

absl::StatusOr<Answer> Conversation::Ask(
    absl::string_view prompt,
    absl::FunctionRef<void(absl::string_view text)> on_text,
    const StopToken& stop) {
  json::Array messages = messages_;
  messages.push_back(json::Object{{"role", "user"}, {"content", prompt}});
  absl::StatusOr<Answer> answer =
      openai_ ? AskOpenAi(messages, on_text, stop) : absl::NotFoundError("");
  // A model that is not there is an answer of the route; the route itself may
  // be absent too.
  if (absl::IsNotFound(answer.status()) && options_.model.empty()) {
    openai_ = false;
    answer = AskKaito(messages, on_text, stop);
  }
  if (!answer.ok()) return answer;
  messages.push_back(
      json::Object{{"role", "assistant"}, {"content", answer->text}});
  messages_ = std::move(messages);
  return answer;
}

absl::StatusOr<Answer> Conversation::AskOpenAi(
    const json::Array& messages,
    absl::FunctionRef<void(absl::string_view text)> on_text,
    const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<http::ResponseStream> stream,
                         Post(service_, "/v1/chat/completions",
                              Body(messages, /*openai=*/true), stop));
  EventStream events;
  Answer answer;
  bool done = false;
  while (!done) {
    KAITO_ASSIGN_OR_RETURN(const std::string piece, stream->Read());
    if (piece.empty()) break;
    KAITO_RETURN_IF_ERROR(
        events.Add(piece, [&](absl::string_view data) -> absl::Status {
          if (data == "[DONE]") {
            done = true;
            return absl::OkStatus();
          }
          const absl::StatusOr<json::Value> chunk = json::Parse(data);
          if (!chunk.ok()) return Annotate(chunk.status(), service_.where());
          return AddChunk(*chunk, on_text, answer);
        }));
  }
  if (!done) {
    return absl::UnavailableError(absl::StrCat(
        service_.where(), ": the answer broke off. ", service_.remedy()));
  }
  return answer;
}

absl::StatusOr<Answer> Conversation::AskKaito(
    const json::Array& messages,
    absl::FunctionRef<void(absl::string_view text)> on_text,
    const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<http::ResponseStream> stream,
      Post(service_, "/chat", Body(messages, /*openai=*/false), stop));
  KAITO_ASSIGN_OR_RETURN(const http::Response response,
                         http::ReadAll(*stream, kMaxAnswerBytes));
  const absl::StatusOr<json::Value> body = json::Parse(response.body);
  if (!body.ok()) return Annotate(body.status(), service_.where());
  Answer answer = {.text = std::string(body->StringAt({"Result"})),
                   .model = options_.model,
                   .finish_reason = "stop"};
  on_text(answer.text);
  return answer;
}

}  // namespace kaito::cli
