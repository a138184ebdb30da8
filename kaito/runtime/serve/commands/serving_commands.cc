#include "kaito/runtime/serve/commands/serving_commands.h"

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/job/layout.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/log/log.h"
#include "kaito/base/process/stop_signals.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/commands/finish.h"
#include "kaito/runtime/commands/line_filter.h"
#include "kaito/runtime/serve/commands/generate_lines.h"
#include "kaito/runtime/serve/commands/inference_config.h"
#include "kaito/runtime/serve/commands/score_lines.h"
#include "kaito/runtime/serve/commands/serve.h"
#include "kaito/runtime/serve/commands/served_model.h"
#include "kaito/runtime/serve/engine/engine.h"
#include "kaito/runtime/serve/engine/generation.h"
#include "kaito/runtime/serve/engine/sampling_options.h"

namespace kaito::runtime {
namespace {

using serve::ServedModel;

constexpr int64_t kMaxKeyBytes = 4096;
// A ConfigMap holds 1 MiB.
constexpr int64_t kMaxConfigBytes = 1 << 20;

void AddQuantization(FlagSet& flags, Quantization* target) {
  flags.AddEnum("quantization", target,
                {{"auto", Quantization::kAuto},
                 {"none", Quantization::kNone},
                 {"nf4", Quantization::kNf4}},
                "Of the linears; auto: as the checkpoint is.");
}

std::string DefaultAdapterDirectory() {
  const char* const from =
      std::getenv(std::string(api::kAdapterDirVariable).c_str());
  return from == nullptr ? std::string(api::kAdapterDir) : from;
}

struct ServeFlags {
  serve::ServeOptions options;
  std::string config;
  std::string key_file;
  std::string compat = "none";

  void AddTo(FlagSet& flags) {
    options.adapter_directory = DefaultAdapterDirectory();
    AddModel(flags);
    AddServer(flags);
    AddLimits(flags);
    flags.Example(
        "runtime serve --model ./phi --adapter acme=./acme "
        "--address 127.0.0.1:5000");
  }

 private:
  void AddModel(FlagSet& flags) {
    flags
        .Add("config", &config,
             "KAITO's inference_config.yaml; wins over flags.")
        .Value("FILE");
    flags.Group("Model");
    flags.Add("model", &options.model, "Directory of the model.")
        .Value("DIR")
        .Required();
    flags
        .Add("served-model-name", &options.served_model_names,
             "Its name in requests; without, the directory's. Repeatable.")
        .Value("NAME");
    flags
        .Add("adapter", &options.adapters,
             "An adapter, its name in requests and its strength. Repeatable.")
        .Value("NAME=DIR[@STRENGTH]");
    flags
        .Add("adapter-directory", &options.adapter_directory,
             absl::StrCat("Folders in it that hold adapters are served, too; $",
                          api::kAdapterDirVariable, "."))
        .Value("DIR");
    flags
        .Add("default-model", &options.default_model,
             "What a request without \"model\" gets; without: the only "
             "adapter, or else the base.")
        .Value("NAME");
    flags
        .Add("chat-template", &options.chat_template,
             "In place of the model's own: a file, or the template itself.")
        .Value("FILE");
    AddQuantization(flags, &options.quantization);
  }
  void AddServer(FlagSet& flags) {
    flags.Group("Server");
    flags.Add("address", &options.address, "Where to listen; port 0: any.")
        .Value("ADDRESS:PORT");
    flags.AddEnum("compat", &compat, {{"none", "none"}, {"kaito", "kaito"}},
                  "kaito: /chat feeds prompts as they are, as KAITO does.");
    flags.Add("adapter-updates", &options.adapter_updates,
              "Requests may load and unload adapters of this machine.");
    flags
        .Add("api-key-file", &key_file,
             "Requests must carry the key in it; without: anyone may ask.")
        .Value("FILE");
    flags.Add("request-timeout", &options.request_timeout, "Of one request.");
    flags.Add("drain-timeout", &options.drain_timeout,
              "For requests that run when it is told to stop.");
  }
  void AddLimits(FlagSet& flags) {
    flags.Group("Limits");
    flags
        .Add("max-model-len", &options.max_model_len,
             "Tokens of prompt and answer; 0: what the model was made for.")
        .Value("N");
    flags.Add("max-num-seqs", &options.max_running, "Answers made at once.")
        .Value("N");
    flags
        .Add("max-waiting", &options.max_waiting,
             "Requests that may wait; more are told to come again.")
        .Value("N");
    flags.Add("kv-cache-bytes", &options.cache_bytes, "For keys and values.")
        .Value("N");
    flags.Add("threads", &options.threads, "0: all processors.").Value("N");
  }
};

// Reads the files that flags name.
absl::StatusOr<serve::ServeOptions> OptionsOf(const ServeFlags& flags) {
  serve::ServeOptions options = flags.options;
  options.kaito_compat = flags.compat == "kaito";
  if (!flags.key_file.empty()) {
    KAITO_ASSIGN_OR_RETURN(const std::string key,
                           ReadFile(flags.key_file, kMaxKeyBytes));
    options.api_key = std::string(absl::StripAsciiWhitespace(key));
    if (options.api_key.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--api-key-file: ", flags.key_file, " is empty"));
    }
  }
  if (flags.config.empty()) return options;
  KAITO_ASSIGN_OR_RETURN(const std::string text,
                         ReadFile(flags.config, kMaxConfigBytes));
  const absl::StatusOr<yaml::Document> document = yaml::Parse(text);
  if (!document.ok()) return Annotate(document.status(), flags.config);
  const absl::StatusOr<std::vector<std::string>> notes =
      serve::ApplyInferenceConfig(document->value, options);
  if (!notes.ok()) return Annotate(notes.status(), flags.config);
  for (const std::string& note : *notes) {
    KAITO_LOG(WARNING, "configuration", {{"note", note}});
  }
  return options;
}

absl::Status Serve(std::span<const std::string> args) {
  ServeFlags to;
  FlagSet flags("runtime serve", "Serves a model over HTTP.");
  to.AddTo(flags);
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return absl::OkStatus();
  }
  KAITO_ASSIGN_OR_RETURN(const serve::ServeOptions options, OptionsOf(to));
  RealClock clock;
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<StopSignals> signals,
                         StopSignals::Install());
  return serve::RunServe(options, clock, signals->token(), {});
}

// What score and generate share.
struct LineOptions {
  std::string model;
  std::string adapter;
  std::string input;
  Quantization quantization = Quantization::kAuto;
  std::string dtype = "f32";
  int64_t threads = 0;

  void AddTo(FlagSet& flags) {
    flags.Group("Model");
    flags.Add("model", &model, "Directory of the model.")
        .Value("DIR")
        .Required();
    flags.Add("adapter", &adapter, "Directory of an adapter.").Value("DIR");
    flags.Add("input", &input, "One JSON object a line; - is standard input.")
        .Value("FILE")
        .Required();
    AddQuantization(flags, &quantization);
    flags.AddEnum("dtype", &dtype,
                  {{"f32", std::string("f32")}, {"bf16", std::string("bf16")}},
                  "What is computed in. CPUs: f32.");
    flags.Add("threads", &threads, "0: all processors.").Value("N");
  }

  absl::StatusOr<std::unique_ptr<ServedModel>> Load() const {
    if (dtype != "f32") {
      return absl::InvalidArgumentError(
          "--dtype: this machine's backend computes in f32; leave it out");
    }
    return ServedModel::Load(
        {.directory = model, .quantization = quantization, .threads = threads});
  }
  absl::StatusOr<std::shared_ptr<const LoraAdapter>> LoadAdapter(
      const ServedModel& served) const {
    if (adapter.empty()) return nullptr;
    return served.LoadAdapter({.directory = adapter});
  }
  absl::Status Filter(
      absl::FunctionRef<std::string(absl::string_view, int64_t)> answer) const {
    if (input == "-") return FilterLines(std::cin, std::cout, answer);
    std::ifstream file(input);
    if (!file) {
      return absl::NotFoundError(
          absl::StrCat("--input: ", input, " can't be opened"));
    }
    return FilterLines(file, std::cout, answer);
  }
};

absl::Status Score(std::span<const std::string> args) {
  LineOptions options;
  FlagSet flags("runtime score",
                "Log-probabilities of tokens, line by line of JSON.");
  options.AddTo(flags);
  flags.Example("runtime score --model ./phi --input rows.jsonl");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return absl::OkStatus();
  }
  RealClock clock;
  KAITO_ASSIGN_OR_RETURN(const auto model, options.Load());
  KAITO_ASSIGN_OR_RETURN(const auto adapter, options.LoadAdapter(*model));
  return options.Filter([&](absl::string_view line, int64_t) {
    return serve::ScoreLine(model->backend(), model->prompts(), adapter.get(),
                            line, clock.Now());
  });
}

struct GenerateOptions {
  LineOptions lines;
  int64_t max_tokens = 128;
  double temperature = 0;
  int64_t top_k = 0;
  double top_p = 1;
  double min_p = 0;
  int64_t seed = 0;
  bool ignore_eos = false;

  void AddTo(FlagSet& flags) {
    lines.AddTo(flags);
    flags.Group("Answers");
    flags.Add("max-tokens", &max_tokens, "Of one answer.").Value("N");
    flags
        .Add("temperature", &temperature,
             "0: the most likely token. Without: 0, or 1 where another of "
             "these is given.")
        .Value("X");
    flags.Add("top-k", &top_k, "Of the most likely tokens; 0: all.").Value("N");
    flags.Add("top-p", &top_p, "The most likely ones that reach it.")
        .Value("X");
    flags.Add("min-p", &min_p, "Of the most likely one's probability.")
        .Value("X");
    flags.Add("seed", &seed, "The same seed gives the same text.").Value("N");
    flags.Add("ignore-eos", &ignore_eos, "Goes on after the model's end.");
  }
};

absl::Status Generate(std::span<const std::string> args) {
  GenerateOptions options;
  FlagSet flags("runtime generate", "A model's answers, line by line of JSON.");
  options.AddTo(flags);
  flags.Example(
      "runtime generate --model ./phi --input rows.jsonl --max-tokens 64");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return absl::OkStatus();
  }
  const bool sampled =
      flags.WasSet("top-k") || flags.WasSet("top-p") || flags.WasSet("min-p");
  serve::GenerationRequest wanted{.max_tokens = options.max_tokens,
                                  .ignore_eos = options.ignore_eos};
  wanted.sampling = {.temperature = flags.WasSet("temperature")
                                        ? options.temperature
                                        : (sampled ? 1.0 : 0.0),
                     .top_k = options.top_k,
                     .top_p = options.top_p,
                     .min_p = options.min_p,
                     .seed = static_cast<uint64_t>(options.seed)};
  RealClock clock;
  KAITO_ASSIGN_OR_RETURN(const auto model, options.lines.Load());
  KAITO_RETURN_IF_ERROR(serve::CheckSampling(
      wanted.sampling, model->backend().config().vocab_size));
  KAITO_ASSIGN_OR_RETURN(wanted.adapter, options.lines.LoadAdapter(*model));
  KAITO_ASSIGN_OR_RETURN(
      const auto engine,
      serve::Engine::Start(clock, model->backend(), model->tokenizer(),
                           {.eos_ids = model->EosIds(), .max_running = 1}));
  return options.lines.Filter([&](absl::string_view line, int64_t) {
    return serve::GenerateLine(*engine, model->prompts(), wanted, line,
                               clock.Now());
  });
}

}  // namespace

absl::Status CheckServeArguments(std::span<const std::string> args) {
  ServeFlags to;
  FlagSet flags("runtime serve", "");
  to.AddTo(flags);
  KAITO_RETURN_IF_ERROR(flags.Parse(args).status());
  for (const std::string& adapter : to.options.adapters) {
    KAITO_RETURN_IF_ERROR(serve::ParseAdapterSpec(adapter).status());
  }
  return serve::ParseListenAddress(to.options.address).status();
}

int RunServeCommand(std::span<const std::string> args) {
  return FinishCommand("serve", Serve(args));
}

int RunScoreCommand(std::span<const std::string> args) {
  return FinishCommand("score", Score(args));
}

int RunGenerateCommand(std::span<const std::string> args) {
  return FinishCommand("generate", Generate(args));
}

}  // namespace kaito::runtime
