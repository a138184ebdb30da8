#ifndef KAITO_RUNTIME_SERVE_HTTP_SERVING_API_H_
#define KAITO_RUNTIME_SERVE_HTTP_SERVING_API_H_

// ServingApi: the HTTP routes of a served model: KAITO's /chat, OpenAI's and
// vLLM's under /v1, health and metrics. Makes an engine's request of each body,
// and leaves the answer to a reply that the engine drives.
//
//   ServingApi api({.clock = clock, .engine = *engine, ...}, options);
//   http::Router router;
//   KAITO_RETURN_IF_ERROR(api.AddTo(router));
//   http::Server::Start(clock, server_options, std::move(router).AsHandler());
//
// Outlives the server. Handlers tokenize and return: no worker waits for an
// answer.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/router.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/random/random.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/model/generation_config.h"
#include "kaito/runtime/serve/engine/engine.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/http/chat_prompt.h"
#include "kaito/runtime/serve/http/completion_reply.h"
#include "kaito/runtime/serve/http/machine_load.h"
#include "kaito/runtime/serve/http/model_catalog.h"
#include "kaito/runtime/serve/http/openai_request.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime::serve {

// Reads an adapter's directory. Called from several threads at once.
using AdapterLoader =
    std::function<absl::StatusOr<std::shared_ptr<const LoraAdapter>>(
        absl::string_view directory)>;

struct ServingOptions {
  std::string version;
  // /chat feeds prompts as they are, as KAITO does.
  bool kaito_compat = false;
  // Whether requests may load and unload adapters: they name directories of
  // this machine.
  bool adapter_updates = false;
  absl::Duration request_timeout = absl::Minutes(30);
  // Empty: anyone may ask. Else "Authorization: Bearer …" must hold it, but for
  // health and metrics.
  std::string api_key;
};

class ServingApi {
 public:
  // All of them outlive it.
  struct Parts {
    Clock& clock;
    Engine& engine;
    const Tokenizer& tokenizer;
    const ChatPrompt& prompts;
    ModelCatalog& models;
    GenerationConfig defaults;
    AdapterLoader load_adapter;
  };

  ServingApi(Parts parts, ServingOptions options);
  ServingApi(const ServingApi&) = delete;
  ServingApi& operator=(const ServingApi&) = delete;

  // The routes refer to this object.
  absl::Status AddTo(http::Router& router);

 private:
  using Responder = absl::StatusOr<http::Response> (ServingApi::*)(
      const http::ServerRequest& request);
  using Streamer = void (ServingApi::*)(const http::ServerRequest& request,
                                        http::ResponseWriter& writer);

  // Answers at once, errors in OpenAI's shape.
  absl::Status AddResponder(http::Router& router, absl::string_view method,
                            absl::string_view path, Responder responder);
  absl::Status CheckAccess(const http::ServerRequest& request) const;
  absl::Status CheckBody(const http::ServerRequest& request) const;

  void Chat(const http::ServerRequest& request, http::ResponseWriter& writer);
  absl::Status TryChat(const http::ServerRequest& request,
                       http::ResponseWriter& writer);
  void ChatCompletions(const http::ServerRequest& request,
                       http::ResponseWriter& writer);
  absl::Status TryChatCompletions(const http::ServerRequest& request,
                                  http::ResponseWriter& writer);
  void TextCompletions(const http::ServerRequest& request,
                       http::ResponseWriter& writer);
  absl::Status TryTextCompletions(const http::ServerRequest& request,
                                  http::ResponseWriter& writer);
  // Of all prompts; replies with what comes of them.
  void Complete(const CompletionOptions& options, const ChosenModel& model,
                bool chat, std::vector<std::vector<int32_t>> prompts,
                std::vector<std::string> echo, http::ResponseWriter& writer);

  absl::StatusOr<http::Response> Models(const http::ServerRequest& request);
  absl::StatusOr<http::Response> Tokenize(const http::ServerRequest& request);
  absl::StatusOr<http::Response> Detokenize(const http::ServerRequest& request);
  absl::StatusOr<http::Response> LoadAdapter(
      const http::ServerRequest& request);
  absl::StatusOr<http::Response> UnloadAdapter(
      const http::ServerRequest& request);
  absl::StatusOr<http::Response> Root(const http::ServerRequest& request);
  absl::StatusOr<http::Response> Health(const http::ServerRequest& request);
  absl::StatusOr<http::Response> Version(const http::ServerRequest& request);
  absl::StatusOr<http::Response> Metrics(const http::ServerRequest& request);

  // Ends with the client or after a time.
  StopSource RequestStop(const http::ResponseWriter& writer,
                         absl::Duration at_most) const;
  uint64_t NextSeed() KAITO_EXCLUDES(mutex_);
  std::string NextId(absl::string_view prefix);

  const Parts parts_;
  const ServingOptions options_;
  const absl::Time started_;
  MachineLoad load_;
  Mutex mutex_;
  Random random_ KAITO_GUARDED_BY(mutex_);  // Not secret: ids and seeds.
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_HTTP_SERVING_API_H_
