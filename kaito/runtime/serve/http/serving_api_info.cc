// The routes of ServingApi that answer at once.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/serve/http/metrics_text.h"
#include "kaito/runtime/serve/http/model_catalog.h"
#include "kaito/runtime/serve/http/openai_request.h"
#include "kaito/runtime/serve/http/serving_api.h"

namespace kaito::runtime::serve {
namespace {

http::Response Json(json::Object object) {
  return {.code = 200,
          .headers = {{"Content-Type", "application/json"}},
          .body = json::Write(std::move(object))};
}

http::Response Text(absl::string_view type, std::string body) {
  return {.code = 200,
          .headers = {{"Content-Type", std::string(type)}},
          .body = std::move(body)};
}

// A name goes into URLs, labels and logs.
absl::Status CheckAdapterName(absl::string_view name) {
  constexpr size_t kMaxBytes = 253;  // As an object's name in Kubernetes.
  for (const char c : name) {
    if (c <= ' ' || c > '~' || c == '"' || c == '\\') {
      return absl::InvalidArgumentError(
          "lora_name: want letters, digits and signs, without spaces");
    }
  }
  if (name.size() <= kMaxBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "lora_name: has ", name.size(), " bytes, at most ", kMaxBytes));
}

}  // namespace

absl::StatusOr<http::Response> ServingApi::Root(const http::ServerRequest&) {
  return Json({{"message", "Server is running"}});
}

absl::StatusOr<http::Response> ServingApi::Health(const http::ServerRequest&) {
  const absl::Status health = parts_.engine.health();
  if (health.ok()) return Json({{"status", "Healthy"}});
  http::Response response = Json({{"detail", health.message()}});
  response.code = 500;
  return response;
}

absl::StatusOr<http::Response> ServingApi::Version(const http::ServerRequest&) {
  return Json({{"version", options_.version}});
}

absl::StatusOr<http::Response> ServingApi::Metrics(
    const http::ServerRequest& request) {
  if (absl::StrContains(request.headers.Get("Accept").value_or(""),
                        "application/json")) {
    return Text("application/json", load_.Json());
  }
  MetricsLabels labels{.model_name = parts_.models.base_names()[0],
                       .adapters = {}};
  for (const auto& [name, adapter] : parts_.models.adapters()) {
    labels.adapters.push_back(name);
  }
  return Text(kMetricsContentType,
              MetricsText(parts_.engine.metrics(), labels));
}

absl::StatusOr<http::Response> ServingApi::Models(
    const http::ServerRequest& request) {
  KAITO_RETURN_IF_ERROR(CheckAccess(request));
  json::Array list;
  const auto add = [&](absl::string_view name, absl::string_view root,
                       json::Value parent) {
    list.push_back(
        json::Object({{"created", absl::ToUnixSeconds(started_)},
                      {"id", name},
                      {"max_model_len", parts_.engine.max_model_len()},
                      {"object", "model"},
                      {"owned_by", "kaito"},
                      {"parent", std::move(parent)},
                      {"permission", json::Array()},
                      {"root", root}}));
  };
  const std::string& base = parts_.models.base_names()[0];
  for (const std::string& name : parts_.models.base_names()) {
    add(name, base, nullptr);
  }
  for (const auto& [name, adapter] : parts_.models.adapters()) {
    add(name, adapter.path, base);
  }
  return Json({{"data", std::move(list)}, {"object", "list"}});
}

absl::StatusOr<http::Response> ServingApi::Tokenize(
    const http::ServerRequest& request) {
  KAITO_RETURN_IF_ERROR(CheckBody(request));
  KAITO_ASSIGN_OR_RETURN(TokenizeRequest parsed,
                         ParseTokenizeRequest(request.body));
  KAITO_RETURN_IF_ERROR(parts_.models.Find(parsed.model).status());
  std::vector<int32_t> ids;
  if (parsed.prompt.has_value()) {
    KAITO_ASSIGN_OR_RETURN(
        ids, parts_.prompts.OfText(*parsed.prompt,
                                   parsed.add_special_tokens.value_or(true)));
  } else {
    KAITO_ASSIGN_OR_RETURN(
        ids, parts_.prompts.OfMessages(parsed.chat, parts_.clock.Now()));
  }
  json::Array tokens;
  json::Value texts;
  if (parsed.return_token_strs) texts = json::Array();
  for (const int32_t id : ids) {
    tokens.emplace_back(int64_t{id});
    if (parsed.return_token_strs) {
      texts.Append(parts_.tokenizer.TokenOf(id));
    }
  }
  return Json({{"count", static_cast<int64_t>(ids.size())},
               {"max_model_len", parts_.engine.max_model_len()},
               {"token_strs", std::move(texts)},
               {"tokens", std::move(tokens)}});
}

absl::StatusOr<http::Response> ServingApi::Detokenize(
    const http::ServerRequest& request) {
  KAITO_RETURN_IF_ERROR(CheckBody(request));
  KAITO_ASSIGN_OR_RETURN(const DetokenizeRequest parsed,
                         ParseDetokenizeRequest(request.body));
  KAITO_RETURN_IF_ERROR(parts_.models.Find(parsed.model).status());
  return Json({{"prompt", parts_.tokenizer.Decode(parsed.tokens, {})}});
}

absl::StatusOr<http::Response> ServingApi::LoadAdapter(
    const http::ServerRequest& request) {
  KAITO_RETURN_IF_ERROR(CheckBody(request));
  if (!options_.adapter_updates || parts_.load_adapter == nullptr) {
    return absl::PermissionDeniedError(
        "adapters can't be loaded by requests here: start the server with "
        "--adapter-updates");
  }
  KAITO_ASSIGN_OR_RETURN(const LoadAdapterRequest parsed,
                         ParseLoadAdapterRequest(request.body));
  KAITO_RETURN_IF_ERROR(CheckAdapterName(parsed.name));
  absl::StatusOr<std::shared_ptr<const LoraAdapter>> adapter =
      parts_.load_adapter(parsed.path);
  if (!adapter.ok()) return Annotate(adapter.status(), "lora_path");
  KAITO_RETURN_IF_ERROR(parts_.models.Add(
      parsed.name, {.adapter = *std::move(adapter), .path = parsed.path}));
  return Text("text/plain; charset=utf-8",
              absl::StrCat("Success: LoRA adapter '", parsed.name,
                           "' added successfully."));
}

absl::StatusOr<http::Response> ServingApi::UnloadAdapter(
    const http::ServerRequest& request) {
  KAITO_RETURN_IF_ERROR(CheckBody(request));
  if (!options_.adapter_updates) {
    return absl::PermissionDeniedError(
        "adapters can't be unloaded by requests here: start the server with "
        "--adapter-updates");
  }
  KAITO_ASSIGN_OR_RETURN(const std::string name,
                         ParseUnloadAdapterRequest(request.body));
  KAITO_RETURN_IF_ERROR(parts_.models.Remove(name));
  return Text(
      "text/plain; charset=utf-8",
      absl::StrCat("Success: LoRA adapter '", name, "' removed successfully."));
}

}  // namespace kaito::runtime::serve
