#include "kaito/runtime/serve/http/openai_format.h"

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/engine/token_sampler.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime::serve {
namespace {

json::Value ReasonOf(const GenerationEnd& end) {
  return end.reason == FinishReason::kLength ? "length" : "stop";
}

// vLLM's addition: which id or string it was.
json::Value StoppedBy(const GenerationEnd& end) {
  if (const auto* id = std::get_if<int32_t>(&end.stopped_by)) {
    return int64_t{*id};
  }
  if (const auto* stop = std::get_if<std::string>(&end.stopped_by)) {
    return *stop;
  }
  return nullptr;
}

json::Value UsageOf(const Usage& usage) {
  return json::Object(
      {{"completion_tokens", usage.completion_tokens},
       {"prompt_tokens", usage.prompt_tokens},
       {"total_tokens", usage.prompt_tokens + usage.completion_tokens}});
}

}  // namespace

std::string ServerSentEvent(absl::string_view data) {
  return absl::StrCat("data: ", data, "\n\n");
}

OpenAiFormat::OpenAiFormat(const Tokenizer& tokenizer, Options options)
    : tokenizer_(&tokenizer), options_(std::move(options)) {}

json::Object OpenAiFormat::Head(bool chunk) const {
  const char* const object = !options_.chat ? "text_completion"
                             : chunk        ? "chat.completion.chunk"
                                            : "chat.completion";
  return json::Object({{"created", options_.created},
                       {"id", options_.id},
                       {"model", options_.model},
                       {"object", object}});
}

std::string OpenAiFormat::TokenText(int32_t id) const {
  return tokenizer_->Decode(std::span(&id, 1), {});
}

json::Value OpenAiFormat::ChatLogprob(int32_t id, double logprob) const {
  const std::string text = TokenText(id);
  json::Array bytes;
  for (const char c : text)
    bytes.emplace_back(int64_t{static_cast<uint8_t>(c)});
  return json::Object(
      {{"bytes", std::move(bytes)}, {"logprob", logprob}, {"token", text}});
}

json::Value OpenAiFormat::Logprobs(std::span<const SampledToken> tokens,
                                   int64_t text_offset) const {
  if (!options_.logprobs) return nullptr;
  if (options_.chat) {
    json::Array content;
    for (const SampledToken& token : tokens) {
      json::Value item = ChatLogprob(token.id, token.logprob);
      json::Array top;
      for (const TokenLogprob& t : token.top) {
        top.push_back(ChatLogprob(t.id, t.logprob));
      }
      item["top_logprobs"] = std::move(top);
      content.push_back(std::move(item));
    }
    return json::Object({{"content", std::move(content)}});
  }
  json::Array offsets, texts, logprobs, tops;
  for (const SampledToken& token : tokens) {
    const std::string text = TokenText(token.id);
    offsets.emplace_back(text_offset);
    text_offset += static_cast<int64_t>(text.size());
    texts.emplace_back(text);
    logprobs.emplace_back(token.logprob);
    // OpenAI's route names the chosen token, too.
    json::Object top({{text, token.logprob}});
    for (const TokenLogprob& t : token.top) {
      top[TokenText(t.id)] = t.logprob;
    }
    tops.push_back(std::move(top));
  }
  return json::Object({{"text_offset", std::move(offsets)},
                       {"token_logprobs", std::move(logprobs)},
                       {"tokens", std::move(texts)},
                       {"top_logprobs", std::move(tops)}});
}

std::string OpenAiFormat::Whole(std::span<const FinishedChoice> choices,
                                const Usage& usage) const {
  json::Array list;
  for (const FinishedChoice& choice : choices) {
    json::Object item({{"finish_reason", ReasonOf(choice.end)},
                       {"index", static_cast<int64_t>(list.size())},
                       {"logprobs", Logprobs(choice.tokens, 0)},
                       {"stop_reason", StoppedBy(choice.end)}});
    if (options_.chat) {
      item["message"] = json::Object({{"content", choice.text},
                                      {"refusal", nullptr},
                                      {"role", "assistant"}});
    } else {
      item["text"] = choice.text;
    }
    list.push_back(std::move(item));
  }
  json::Object whole = Head(/*chunk=*/false);
  whole["choices"] = std::move(list);
  whole["usage"] = UsageOf(usage);
  return json::Write(std::move(whole));
}

std::string OpenAiFormat::Chunk(json::Object choice) const {
  json::Object chunk = Head(/*chunk=*/true);
  chunk["choices"] = json::Array({std::move(choice)});
  return json::Write(std::move(chunk));
}

std::string OpenAiFormat::Role(int64_t index) const {
  return Chunk(json::Object(
      {{"delta", json::Object({{"content", ""}, {"role", "assistant"}})},
       {"finish_reason", nullptr},
       {"index", index},
       {"logprobs", nullptr}}));
}

std::string OpenAiFormat::Piece(int64_t index, const GenerationPiece& piece,
                                int64_t text_offset) const {
  json::Object choice({{"finish_reason", nullptr},
                       {"index", index},
                       {"logprobs", Logprobs(piece.tokens, text_offset)}});
  if (options_.chat) {
    choice["delta"] = json::Object({{"content", piece.text}});
  } else {
    choice["text"] = piece.text;
  }
  return Chunk(std::move(choice));
}

std::string OpenAiFormat::End(int64_t index, const GenerationEnd& end) const {
  json::Object choice({{"finish_reason", ReasonOf(end)},
                       {"index", index},
                       {"logprobs", nullptr},
                       {"stop_reason", StoppedBy(end)}});
  if (options_.chat) {
    choice["delta"] = json::Object();
  } else {
    choice["text"] = "";
  }
  return Chunk(std::move(choice));
}

std::string OpenAiFormat::OnlyUsage(const Usage& usage) const {
  json::Object chunk = Head(/*chunk=*/true);
  chunk["choices"] = json::Array();
  chunk["usage"] = UsageOf(usage);
  return json::Write(std::move(chunk));
}

}  // namespace kaito::runtime::serve
