#include "kaito/runtime/serve/http/openai_request.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/serve/http/chat_messages.h"
#include "kaito/runtime/serve/http/generation_fields.h"
#include "kaito/runtime/serve/http/request_fields.h"

namespace kaito::runtime::serve {
namespace {

absl::Status Wrong(absl::string_view where, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(where, ": ", what));
}

absl::Status ReadText(absl::string_view key, const json::Cursor& from,
                      std::string& to) {
  std::optional<std::string> text;
  KAITO_RETURN_IF_ERROR(ReadField(key, from, &text));
  to = text.value_or("");
  return absl::OkStatus();
}

absl::Status ReadFlag(absl::string_view key, const json::Cursor& from,
                      bool& to) {
  std::optional<bool> flag;
  KAITO_RETURN_IF_ERROR(ReadField(key, from, &flag));
  to = flag.value_or(to);
  return absl::OkStatus();
}

absl::Status ReadStreamOptions(const json::Cursor& from,
                               CompletionOptions& options) {
  if (from.type() == json::Type::kNull) return absl::OkStatus();
  if (from.type() != json::Type::kObject) {
    return WrongType("stream_options", "an object", from);
  }
  return from.ForEachField(
      [&](absl::string_view key, const json::Cursor& value) {
        if (key != "include_usage") return absl::OkStatus();
        return ReadFlag("stream_options.include_usage", value,
                        options.include_usage);
      });
}

// Fields of both routes; what else there is, is checked for being harmless.
absl::Status ReadOption(absl::string_view key, const json::Cursor& from,
                        CompletionOptions& options) {
  if (key == "model") return ReadText(key, from, options.model);
  if (key == "stream") return ReadFlag(key, from, options.stream);
  if (key == "stream_options") return ReadStreamOptions(from, options);
  if (key == "n") {
    std::optional<int64_t> n;
    KAITO_RETURN_IF_ERROR(ReadField(key, from, &n));
    options.n = n.value_or(1);
    if (options.n >= 1 && options.n <= kMaxChoices) return absl::OkStatus();
    return Wrong("n",
                 absl::StrCat("is ", options.n, ", want 1 to ", kMaxChoices));
  }
  KAITO_ASSIGN_OR_RETURN(const bool known,
                         ReadGenerationField(key, from, options.generation));
  if (known) return absl::OkStatus();
  return RefuseUnsupported(key, from);
}

// One of a list of prompts, or one token of the only one.
absl::Status ReadPromptItem(const json::Cursor& item,
                            std::vector<Prompt>& prompts,
                            std::vector<int32_t>& ids) {
  const std::string where =
      absl::StrCat("prompt[", prompts.size() + ids.size(), "]");
  const bool id = item.type() == json::Type::kInt;
  if (id ? !prompts.empty() : !ids.empty()) {
    return Wrong(where, "token ids and texts can't be mixed");
  }
  if (id) {
    std::vector<int32_t> one;
    KAITO_RETURN_IF_ERROR(ReadIds(where, item, &one));
    ids.push_back(one[0]);
    return absl::OkStatus();
  }
  if (static_cast<int64_t>(prompts.size()) >= kMaxChoices) {
    return Wrong("prompt",
                 absl::StrCat("has more than ", kMaxChoices, " prompts"));
  }
  if (item.type() == json::Type::kString) {
    return item.ReadString(&prompts.emplace_back().emplace<std::string>());
  }
  if (item.type() != json::Type::kArray) {
    return WrongType(where, "a string or token ids", item);
  }
  return ReadIds(where, item,
                 &prompts.emplace_back().emplace<std::vector<int32_t>>());
}

// A text, texts, tokens, or lists of tokens.
absl::Status ReadPrompts(const json::Cursor& from,
                         std::vector<Prompt>& prompts) {
  prompts.clear();
  if (from.type() == json::Type::kString) {
    return from.ReadString(&prompts.emplace_back().emplace<std::string>());
  }
  if (from.type() != json::Type::kArray) {
    return WrongType("prompt", "a string, strings or token ids", from);
  }
  std::vector<int32_t> ids;
  const absl::Status status = from.ForEachItem([&](const json::Cursor& item) {
    return ReadPromptItem(item, prompts, ids);
  });
  if (!status.ok()) return status;
  if (!ids.empty()) prompts.emplace_back(std::move(ids));
  if (prompts.empty()) return Wrong("prompt", "is empty");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ChatCompletionRequest> ParseChatCompletionRequest(
    absl::string_view body) {
  ChatCompletionRequest request;
  std::optional<int64_t> top_logprobs;
  KAITO_RETURN_IF_ERROR(
      ReadBody(body, [&](absl::string_view key, const json::Cursor& from) {
        if (key == "logprobs") {
          return ReadFlag(key, from, request.options.logprobs);
        }
        if (key == "top_logprobs") return ReadField(key, from, &top_logprobs);
        KAITO_ASSIGN_OR_RETURN(const bool known, request.chat.Read(key, from));
        if (known) return absl::OkStatus();
        return ReadOption(key, from, request.options);
      }));
  KAITO_RETURN_IF_ERROR(request.chat.Finish());
  request.options.top_logprobs = top_logprobs.value_or(0);
  if (request.options.top_logprobs != 0 && !request.options.logprobs) {
    return Wrong("top_logprobs", "needs logprobs to be true");
  }
  return request;
}

absl::StatusOr<TextCompletionRequest> ParseTextCompletionRequest(
    absl::string_view body) {
  TextCompletionRequest request;
  std::optional<int64_t> logprobs;
  std::optional<int64_t> best_of;
  KAITO_RETURN_IF_ERROR(
      ReadBody(body, [&](absl::string_view key, const json::Cursor& from) {
        if (key == "prompt") return ReadPrompts(from, request.prompts);
        if (key == "logprobs") return ReadField(key, from, &logprobs);
        if (key == "echo") return ReadFlag(key, from, request.echo);
        if (key == "add_special_tokens") {
          return ReadFlag(key, from, request.add_special_tokens);
        }
        if (key == "best_of") return ReadField(key, from, &best_of);
        return ReadOption(key, from, request.options);
      }));
  if (request.prompts.empty()) return Wrong("prompt", "is missing");
  if (best_of.value_or(request.options.n) != request.options.n) {
    return Wrong("best_of", "other than n is not supported by this server");
  }
  if (static_cast<int64_t>(request.prompts.size()) * request.options.n >
      kMaxChoices) {
    return Wrong("n", absl::StrCat("asks for more than ", kMaxChoices,
                                   " answers with all prompts together"));
  }
  request.options.logprobs = logprobs.has_value();
  request.options.top_logprobs = logprobs.value_or(0);
  if (request.echo && request.options.logprobs) {
    return Wrong("echo", "with logprobs is not supported by this server");
  }
  return request;
}

absl::StatusOr<TokenizeRequest> ParseTokenizeRequest(absl::string_view body) {
  TokenizeRequest request;
  KAITO_RETURN_IF_ERROR(
      ReadBody(body, [&](absl::string_view key, const json::Cursor& from) {
        if (key == "model") return ReadText(key, from, request.model);
        if (key == "prompt") return ReadField(key, from, &request.prompt);
        if (key == "add_special_tokens") {
          return ReadField(key, from, &request.add_special_tokens);
        }
        if (key == "return_token_strs") {
          return ReadFlag(key, from, request.return_token_strs);
        }
        return request.chat.Read(key, from).status();
      }));
  if (request.prompt.has_value()) return request;
  if (!request.chat.has_messages()) {
    return Wrong("prompt", "is missing, and so are messages");
  }
  KAITO_RETURN_IF_ERROR(request.chat.Finish());
  return request;
}

absl::StatusOr<DetokenizeRequest> ParseDetokenizeRequest(
    absl::string_view body) {
  DetokenizeRequest request;
  bool found = false;
  KAITO_RETURN_IF_ERROR(
      ReadBody(body, [&](absl::string_view key, const json::Cursor& from) {
        if (key == "model") return ReadText(key, from, request.model);
        if (key != "tokens") return absl::OkStatus();
        found = from.type() != json::Type::kNull;
        return ReadIds(key, from, &request.tokens);
      }));
  if (!found) return Wrong("tokens", "is missing");
  return request;
}

absl::StatusOr<LoadAdapterRequest> ParseLoadAdapterRequest(
    absl::string_view body) {
  LoadAdapterRequest request;
  KAITO_RETURN_IF_ERROR(
      ReadBody(body, [&](absl::string_view key, const json::Cursor& from) {
        if (key == "lora_name") return ReadText(key, from, request.name);
        if (key == "lora_path") return ReadText(key, from, request.path);
        return absl::OkStatus();
      }));
  if (request.name.empty()) return Wrong("lora_name", "is missing");
  if (request.path.empty()) return Wrong("lora_path", "is missing");
  return request;
}

absl::StatusOr<std::string> ParseUnloadAdapterRequest(absl::string_view body) {
  std::string name;
  KAITO_RETURN_IF_ERROR(
      ReadBody(body, [&](absl::string_view key, const json::Cursor& from) {
        if (key == "lora_name") return ReadText(key, from, name);
        return absl::OkStatus();
      }));
  if (name.empty()) return Wrong("lora_name", "is missing");
  return name;
}

}  // namespace kaito::runtime::serve
