#include "kaito/runtime/commands/text_commands.h"

#include <cstdint>
#include <iostream>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/chat_template/assistant_mask.h"
#include "kaito/runtime/chat_template/model_template.h"
#include "kaito/runtime/chat_template/render_command.h"
#include "kaito/runtime/commands/finish.h"
#include "kaito/runtime/commands/line_filter.h"
#include "kaito/runtime/dataset/encoded_row.h"
#include "kaito/runtime/dataset/masked_tokens.h"
#include "kaito/runtime/tokenizer/tokenize_command.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime {
namespace {

constexpr int64_t kMaxTemplateBytes = 1 << 20;

absl::Status Tokenize(std::span<const std::string> args) {
  std::string model;
  FlagSet flags("runtime tokenize",
                "Turns text into token ids and back, line by line of JSON.");
  flags
      .Add("model", &model,
           "Directory of the model; the tokenizer's files are enough.")
      .Value("DIR")
      .Required();
  flags.Example("echo '{\"text\":\"Hello\"}' | runtime tokenize --model ./phi");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return absl::OkStatus();
  }
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<const Tokenizer> tokenizer,
                         Tokenizer::Load(model));
  return FilterLines(std::cin, std::cout, [&](absl::string_view line, int64_t) {
    return TokenizeLine(*tokenizer, line);
  });
}

absl::StatusOr<RenderCommand::TokenMask> TokensOf(const MaskedChat& chat,
                                                  const Tokenizer& tokenizer) {
  KAITO_ASSIGN_OR_RETURN(EncodedRow row, EncodeMasked(chat, tokenizer));
  return RenderCommand::TokenMask{.ids = {row.ids.begin(), row.ids.end()},
                                  .assistant = std::move(row.trained)};
}

absl::Status Render(std::span<const std::string> args) {
  std::string model;
  std::string template_file;
  FlagSet flags("runtime render",
                "Turns messages into a model's text, line by line of JSON.");
  flags
      .Add("model", &model,
           "Directory of the model, for its template and special tokens.")
      .Value("DIR");
  flags.Add("template", &template_file, "A Jinja template to use instead.")
      .Value("FILE");
  flags.Example(
      "echo '{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}' | "
      "runtime render --model ./phi");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return absl::OkStatus();
  }
  RenderCommand::Options options;
  std::unique_ptr<const Tokenizer> tokenizer;
  if (!model.empty()) {
    // A directory with templates alone gives spans, and no tokens.
    absl::StatusOr<std::unique_ptr<const Tokenizer>> loaded =
        Tokenizer::Load(model);
    if (loaded.ok()) {
      tokenizer = *std::move(loaded);
      options.tokenize = [&tokenizer](const MaskedChat& chat) {
        return TokensOf(chat, *tokenizer);
      };
    } else if (!absl::IsNotFound(loaded.status())) {
      return loaded.status();
    }
    KAITO_ASSIGN_OR_RETURN(ModelTemplate of_model, LoadModelTemplate(model));
    options.template_text = std::move(of_model.text);
    options.variables_json = json::Write(std::move(of_model.variables));
  }
  if (!template_file.empty()) {
    KAITO_ASSIGN_OR_RETURN(options.template_text,
                           ReadFile(template_file, kMaxTemplateBytes));
  }
  options.now = absl::ToCivilSecond(absl::Now(), absl::LocalTimeZone());
  options.read_template = [](absl::string_view path) {
    return ReadFile(path, kMaxTemplateBytes);
  };
  RenderCommand command(std::move(options));
  return FilterLines(std::cin, std::cout,
                     [&](absl::string_view line, int64_t number) {
                       return command.Process(line, number);
                     });
}

}  // namespace

int RunTokenizeCommand(std::span<const std::string> args) {
  return FinishCommand("tokenize", Tokenize(args));
}

int RunRenderCommand(std::span<const std::string> args) {
  return FinishCommand("render", Render(args));
}

}  // namespace kaito::runtime
