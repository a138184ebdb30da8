#include "kaito/operator/quickstart/base_model.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/process/stdio.h"
#include "kaito/base/process/subprocess.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"

namespace kaito::controller {
namespace {

constexpr int64_t kMaxOutputBytes = 16 << 20;
constexpr int64_t kMaxErrorBytes = 4096;

absl::StatusOr<std::string> Run(std::vector<std::string> argv,
                                absl::string_view input, Clock& clock,
                                const StopToken& stop) {
  const std::string command = absl::StrCat("runtime ", argv[1]);
  KAITO_ASSIGN_OR_RETURN(
      const ProcessResult result,
      Subprocess::Run({.argv = std::move(argv),
                       .in = Stdio::Text(input),
                       .out = Stdio::Capture(kMaxOutputBytes),
                       .err = Stdio::Capture(kMaxErrorBytes)},
                      {.clock = &clock, .timeout = absl::Minutes(2)}, stop));
  if (!result.ok()) {
    return absl::InternalError(
        absl::StrCat(command, ": ", result.Describe(), ": ",
                     absl::StripAsciiWhitespace(result.err)));
  }
  return result.out;
}

}  // namespace

std::string GenerateInput(const std::vector<std::string>& questions) {
  std::string lines;
  for (const std::string& question : questions) {
    absl::StrAppend(
        &lines,
        json::Write(json::Object{
            {"messages", json::Array{json::Object{{"role", "user"},
                                                  {"content", question}}}}}),
        "\n");
  }
  return lines;
}

absl::StatusOr<std::vector<std::string>> ParseGenerated(
    absl::string_view lines) {
  std::vector<std::string> answers;
  for (absl::string_view line :
       absl::StrSplit(lines, '\n', absl::SkipWhitespace())) {
    KAITO_ASSIGN_OR_RETURN(const json::Value answer, json::Parse(line));
    const json::Value* text = answer.Find("text");
    if (text == nullptr || text->string() == nullptr) {
      return absl::InternalError(absl::StrCat("runtime generate: ", line));
    }
    answers.emplace_back(absl::StripAsciiWhitespace(*text->string()));
  }
  return answers;
}

absl::StatusOr<std::vector<std::string>> AskProgram(
    const AskOptions& options, const std::vector<std::string>& questions,
    Clock& clock, const StopToken& stop) {
  std::vector<std::string> argv = {options.runtime_program,
                                   "generate",
                                   "--model",
                                   options.model_dir,
                                   "--input",
                                   "-",
                                   "--max-tokens",
                                   "64",
                                   "--quantization",
                                   "nf4"};
  if (!options.adapter_dir.empty()) {
    argv.push_back("--adapter");
    argv.push_back(options.adapter_dir);
  }
  KAITO_ASSIGN_OR_RETURN(
      const std::string out,
      Run(std::move(argv), GenerateInput(questions), clock, stop));
  KAITO_ASSIGN_OR_RETURN(std::vector<std::string> answers, ParseGenerated(out));
  if (answers.size() != questions.size()) {
    return absl::InternalError(
        absl::StrCat("runtime generate: ", answers.size(), " answers to ",
                     questions.size(), " questions"));
  }
  return answers;
}

absl::Status PullImage(absl::string_view runtime_program,
                       absl::string_view image, absl::string_view directory,
                       Clock& clock, const StopToken& stop) {
  return Run({std::string(runtime_program), "pull", std::string(image),
              "--output", std::string(directory)},
             "", clock, stop)
      .status();
}

}  // namespace kaito::controller
