#include "kaito/runtime/serve/commands/serve.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/job/layout.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/http/router.h"
#include "kaito/base/http/server.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/notification.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/version/version.h"
#include "kaito/runtime/serve/commands/served_model.h"
#include "kaito/runtime/serve/engine/engine.h"
#include "kaito/runtime/serve/http/model_catalog.h"
#include "kaito/runtime/serve/http/serving_api.h"

namespace kaito::runtime::serve {
namespace {

constexpr int64_t kMaxAdapters = 1000;
constexpr int64_t kMaxConfigBytes = 1 << 20;
// Answers that are on their way when the engine is done.
constexpr absl::Duration kLastBytes = absl::Seconds(5);

bool HasName(const std::vector<AdapterSpec>& specs, absl::string_view name) {
  return std::any_of(specs.begin(), specs.end(),
                     [&](const AdapterSpec& s) { return s.name == name; });
}

// Those of the flags, then those found in the directory.
absl::StatusOr<std::vector<AdapterSpec>> FindAdapters(
    const ServeOptions& options) {
  std::vector<AdapterSpec> specs;
  for (const std::string& text : options.adapters) {
    KAITO_ASSIGN_OR_RETURN(specs.emplace_back(), ParseAdapterSpec(text));
  }
  if (options.adapter_directory.empty()) return specs;
  absl::StatusOr<std::vector<std::string>> names =
      ListDir(options.adapter_directory, kMaxAdapters);
  if (absl::IsNotFound(names.status())) return specs;
  KAITO_RETURN_IF_ERROR(names.status());
  for (const std::string& name : *names) {
    const std::string directory = JoinPath(options.adapter_directory, name);
    if (HasName(specs, name) ||
        !ReadFile(JoinPath(directory, api::kAdapterConfigFile), kMaxConfigBytes)
             .ok()) {
      continue;
    }
    specs.push_back({.name = name, .directory = directory});
  }
  return specs;
}

absl::Status LoadAdapters(const ServeOptions& options, const ServedModel& model,
                          ModelCatalog& models) {
  KAITO_ASSIGN_OR_RETURN(const std::vector<AdapterSpec> specs,
                         FindAdapters(options));
  for (const AdapterSpec& spec : specs) {
    KAITO_ASSIGN_OR_RETURN(auto adapter, model.LoadAdapter(spec));
    KAITO_RETURN_IF_ERROR(models.Add(
        spec.name, {.adapter = std::move(adapter), .path = spec.directory}));
    KAITO_LOG(INFO, "loaded an adapter",
              {{"name", spec.name},
               {"directory", spec.directory},
               {"strength", spec.strength}});
  }
  if (!options.default_model.empty()) {
    return Annotate(models.SetDefault(options.default_model),
                    "--default-model");
  }
  if (specs.size() == 1) return models.SetDefault(specs[0].name);
  return absl::OkStatus();
}

std::vector<std::string> BaseNames(const ServeOptions& options) {
  if (!options.served_model_names.empty()) return options.served_model_names;
  return {Basename(options.model)};
}

}  // namespace

absl::StatusOr<std::pair<std::string, int>> ParseListenAddress(
    absl::string_view text) {
  const size_t colon = text.rfind(':');
  int port = 0;
  if (colon == absl::string_view::npos || colon == 0 ||
      !absl::SimpleAtoi(text.substr(colon + 1), &port) || port < 0 ||
      port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("--address: \"", text, "\" is not ADDRESS:PORT"));
  }
  absl::string_view host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  return std::pair(std::string(host), port);
}

absl::Status RunServe(const ServeOptions& options, Clock& clock,
                      const StopToken& stop,
                      const std::function<void(int port)>& on_listening) {
  KAITO_ASSIGN_OR_RETURN(const auto address,
                         ParseListenAddress(options.address));
  const SteadyTime begun = clock.NowSteady();
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<ServedModel> model,
      ServedModel::Load({.directory = options.model,
                         .chat_template = options.chat_template,
                         .quantization = options.quantization,
                         .threads = options.threads,
                         .longest_sequence = options.max_model_len}));
  ModelCatalog models(BaseNames(options));
  KAITO_RETURN_IF_ERROR(LoadAdapters(options, *model, models));
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<Engine> engine,
      Engine::Start(clock, model->backend(), model->tokenizer(),
                    {.eos_ids = model->EosIds(),
                     .cache_bytes = options.cache_bytes,
                     .max_model_len = options.max_model_len,
                     .max_running = options.max_running,
                     .max_waiting = options.max_waiting}));
  ServingApi api(
      {.clock = clock,
       .engine = *engine,
       .tokenizer = model->tokenizer(),
       .prompts = model->prompts(),
       .models = models,
       .defaults = model->generation(),
       .load_adapter =
           [&](absl::string_view directory) {
             return model->LoadAdapter({.directory = std::string(directory)});
           }},
      {.version = std::string(kVersion),
       .kaito_compat = options.kaito_compat,
       .adapter_updates = options.adapter_updates,
       .request_timeout = options.request_timeout,
       .api_key = options.api_key});
  http::Router router;
  KAITO_RETURN_IF_ERROR(api.AddTo(router));
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<http::Server> server,
      http::Server::Start(
          clock,
          {.address = address.first,
           .port = address.second,
           // More than the engine takes: it refuses with better words.
           .max_in_flight =
               static_cast<int>(options.max_running + options.max_waiting + 64),
           .max_queued_bytes = 4 << 20},
          std::move(router).AsHandler()));
  KAITO_LOG(INFO, "serving",
            {{"address", absl::StrCat(address.first, ":", server->port())},
             {"model", models.base_names()[0]},
             {"adapters", models.adapters().size()},
             {"context_tokens", engine->max_model_len()},
             {"weight_bytes", model->backend().WeightBytes()},
             {"loaded_in", clock.NowSteady() - begun}});
  if (on_listening) on_listening(server->port());
  Notification stopped;
  const StopCallback wake = stop.OnStop([&] { stopped.Notify(); });
  stopped.Wait();
  KAITO_LOG(INFO, "stopping: finishing what runs",
            {{"at_most", options.drain_timeout}});
  engine->Drain(clock.NowSteady() + options.drain_timeout);
  server->Stop(kLastBytes);
  return absl::OkStatus();
}

}  // namespace kaito::runtime::serve
