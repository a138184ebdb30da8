#include "kaito/runtime/convert/convert_commands.h"

#include <cstdint>
#include <iostream>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/api/job/exit_code.h"
#include "kaito/api/job/termination.h"
#include "kaito/base/flags/flags.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/commands/finish.h"
#include "kaito/runtime/convert/merge_adapter.h"
#include "kaito/runtime/convert/quantize_model.h"

namespace kaito::runtime {
namespace {

struct Places {
  std::string model;
  std::string output;
  ConvertOptions options;
};

void AddPlaces(Places* to, FlagSet* flags) {
  flags->Add("model", &to->model, "Directory of the model.")
      .Value("DIR")
      .Required();
  flags->Add("output", &to->output, "A new directory for the result.")
      .Value("DIR")
      .Required();
  flags->Add("threads", &to->options.threads, "0: all processors.");
}

absl::Status Quantize(std::span<const std::string> args) {
  Places to;
  FlagSet flags("runtime quantize",
                "Writes a model in NF4, for this runtime and for transformers "
                "with bitsandbytes.");
  AddPlaces(&to, &flags);
  flags.Example("runtime quantize --model ./phi --output ./phi-nf4");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return absl::OkStatus();
  }
  return QuantizeModel(to.model, to.output, to.options);
}

absl::Status Merge(std::span<const std::string> args) {
  Places to;
  std::string adapter;
  FlagSet flags("runtime merge",
                "Writes a model with an adapter added to its weights, in bf16, "
                "for servers that know no adapters.");
  AddPlaces(&to, &flags);
  flags.Add("adapter", &adapter, "Directory of the adapter.")
      .Value("DIR")
      .Required();
  flags.Example(
      "runtime merge --model ./phi --adapter ./acme --output ./phi-acme");
  KAITO_ASSIGN_OR_RETURN(const ParsedFlags parsed, flags.Parse(args));
  if (parsed.help) {
    std::cout << flags.Help();
    return absl::OkStatus();
  }
  KAITO_ASSIGN_OR_RETURN(
      const std::vector<std::string> warnings,
      MergeAdapter(to.model, adapter, to.output, to.options));
  for (const std::string& warning : warnings) {
    KAITO_LOG(WARNING, "adapter", {{"warning", warning}});
  }
  return absl::OkStatus();
}

// A disk that is full reads as memory that is not there; but tensors fit where
// the model does, so it is the disk.
int Finish(absl::string_view command, const absl::Status& status) {
  api::Termination termination;
  if (absl::IsResourceExhausted(status)) {
    termination.code = static_cast<int64_t>(api::ExitCode::kMayHeal);
    termination.reason = "ResourceExhausted";
  }
  return FinishCommand(command, status, std::move(termination));
}

}  // namespace

int RunQuantizeCommand(std::span<const std::string> args) {
  return Finish("quantize", Quantize(args));
}

int RunMergeCommand(std::span<const std::string> args) {
  return Finish("merge", Merge(args));
}

}  // namespace kaito::runtime
