// Asks a model the questions of a file and prints how many answers are right.
//
//   bazel run //kaito/runtime/train/eval:score_answers -- --model DIR
//       --adapter DIR --questions examples/demo-data/acme-eval.jsonl
#include <cstdint>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "kaito/api/job/exit_code.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/adapter/adapter_directory.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/cpu_backend.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/chat_template/arena.h"
#include "kaito/runtime/chat_template/chat_template.h"
#include "kaito/runtime/chat_template/json_value.h"
#include "kaito/runtime/chat_template/model_template.h"
#include "kaito/runtime/model/generation_config.h"
#include "kaito/runtime/tokenizer/tokenizer.h"
#include "kaito/runtime/train/eval/greedy_answers.h"
#include "kaito/runtime/train/eval/question_set.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kMaxFileBytes = 64 << 20;
constexpr int64_t kArenaBytes = 64 << 20;

struct ScoreFlags {
  std::string model;
  std::string adapter;
  std::string questions;
  Quantization quantization = Quantization::kNf4;
  bool show_wrong = false;
};

absl::StatusOr<std::vector<std::vector<int32_t>>> Prompts(
    const std::string& model, const Tokenizer& tokenizer,
    std::span<const Question> questions) {
  KAITO_ASSIGN_OR_RETURN(const ModelTemplate stored, LoadModelTemplate(model));
  if (!stored.text.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat(model, ": the model has no chat template"));
  }
  KAITO_ASSIGN_OR_RETURN(const ChatTemplate chat,
                         ChatTemplate::Parse(*stored.text));
  std::vector<std::vector<int32_t>> prompts;
  for (const Question& question : questions) {
    jinja::Arena arena(kArenaBytes);
    ChatInput input;
    KAITO_ASSIGN_OR_RETURN(
        input.messages, jinja::ParseJsonValue(question.messages_json, arena));
    KAITO_ASSIGN_OR_RETURN(
        input.variables,
        jinja::ParseJsonValue(json::Write(stored.variables), arena));
    input.add_generation_prompt = true;
    KAITO_ASSIGN_OR_RETURN(const std::string text, chat.Render(input));
    KAITO_ASSIGN_OR_RETURN(
        Encoding encoding,
        tokenizer.Encode(text, {.add_special_tokens = false}));
    prompts.push_back(std::move(encoding.ids));
  }
  return prompts;
}

json::Value Format(const Score& score) {
  json::Object kinds;
  for (const auto& [kind, tally] : score.kinds) kinds[kind] = tally.Percent();
  return json::Object{{"facts", score.facts.Percent()},
                      {"unrelated", score.unrelated.Percent()},
                      {"by_kind", std::move(kinds)}};
}

absl::Status Run(const ScoreFlags& flags) {
  KAITO_ASSIGN_OR_RETURN(const std::string text,
                         ReadFile(flags.questions, kMaxFileBytes));
  const absl::StatusOr<std::vector<Question>> questions = ParseQuestions(text);
  if (!questions.ok()) return Annotate(questions.status(), flags.questions);
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<const Tokenizer> tokenizer,
                         Tokenizer::Load(flags.model));
  KAITO_ASSIGN_OR_RETURN(const std::vector<std::vector<int32_t>> prompts,
                         Prompts(flags.model, *tokenizer, *questions));
  KAITO_ASSIGN_OR_RETURN(
      LoadedModel model,
      LoadModel(flags.model, {.quantization = flags.quantization}));
  const absl::StatusOr<std::string> generation =
      ReadFile(JoinPath(flags.model, "generation_config.json"), kMaxFileBytes);
  KAITO_ASSIGN_OR_RETURN(
      const GenerationConfig config,
      ParseGenerationConfig(generation.ok() ? *generation : "{}",
                            model.config.decoder));
  LoraAdapter adapter;
  if (!flags.adapter.empty()) {
    KAITO_ASSIGN_OR_RETURN(
        StoredAdapter stored,
        ReadAdapterDirectory(flags.adapter, model.config.decoder,
                             model.config.names));
    adapter = std::move(stored.adapter);
  }
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<CpuBackend> backend,
                         CpuBackend::Create(std::move(model), {}));
  KAITO_ASSIGN_OR_RETURN(
      const std::vector<std::vector<int32_t>> ids,
      GreedyAnswers(*backend, prompts,
                    flags.adapter.empty() ? nullptr : &adapter,
                    {.eos = config.special.eos}));
  std::vector<std::string> answers;
  for (size_t i = 0; i < ids.size(); ++i) {
    answers.emplace_back(
        absl::StripAsciiWhitespace(tokenizer->Decode(ids[i], {})));
    if (flags.show_wrong && !IsRight((*questions)[i], answers.back())) {
      std::cerr << (*questions)[i].kind << ": " << answers.back() << " | "
                << (*questions)[i].expect << "\n";
    }
  }
  std::cout << json::Write(Format(ScoreAnswers(*questions, answers))) << "\n";
  return absl::OkStatus();
}

int Main(std::span<const std::string> args) {
  ScoreFlags to;
  FlagSet flags("score_answers",
                "Judges a model's answers to known questions.");
  flags.Add("model", &to.model, "Directory of the model.")
      .Value("DIR")
      .Required();
  flags.Add("adapter", &to.adapter, "Directory of an adapter.").Value("DIR");
  flags.Add("questions", &to.questions, "JSON lines: messages, expect, key.")
      .Value("FILE")
      .Required();
  flags.AddEnum("quantization", &to.quantization,
                {{"auto", Quantization::kAuto},
                 {"none", Quantization::kNone},
                 {"nf4", Quantization::kNf4}},
                "What the base is asked as.");
  flags.Add("show-wrong", &to.show_wrong, "Prints wrong answers.");
  flags.Example(
      "score_answers --model phi --adapter out --questions eval.jsonl");
  const absl::StatusOr<ParsedFlags> parsed = flags.Parse(args);
  if (parsed.ok() && parsed->help) {
    std::cout << flags.Help();
    return 0;
  }
  const absl::Status status = parsed.ok() ? Run(to) : parsed.status();
  if (!status.ok()) std::cerr << status.message() << "\n";
  return static_cast<int>(api::ExitCodeFor(status));
}

}  // namespace
}  // namespace kaito::runtime

int main(int argc, char** argv) {
  return kaito::runtime::Main(std::vector<std::string>(argv + 1, argv + argc));
}
