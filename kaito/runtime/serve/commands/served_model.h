#ifndef KAITO_RUNTIME_SERVE_COMMANDS_SERVED_MODEL_H_
#define KAITO_RUNTIME_SERVE_COMMANDS_SERVED_MODEL_H_

// ServedModel: all that serving, scoring and generating need of a model's
// directory, loaded: weights on this machine's backend, tokenizer, chat
// template, generation_config.json.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const std::unique_ptr<ServedModel> model,
//       ServedModel::Load({.directory = dir}));
//   KAITO_ASSIGN_OR_RETURN(const auto adapter, model->LoadAdapter(spec));

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/cpu_backend.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/model/generation_config.h"
#include "kaito/runtime/model/tensor_names.h"
#include "kaito/runtime/serve/http/chat_prompt.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime::serve {

// "acme=/mnt/adapter/acme@0.5".
struct AdapterSpec {
  std::string name;
  std::string directory;
  double strength = 1;  // Its part of the sum is multiplied by it.
};

// InvalidArgument where it isn't NAME=DIR[@STRENGTH]. An "@" that no number
// follows belongs to the directory. Pure.
absl::StatusOr<AdapterSpec> ParseAdapterSpec(absl::string_view text);

class ServedModel {
 public:
  struct Options {
    std::string directory;
    std::string chat_template;  // In place of the model's own; "": that.
    Quantization quantization = Quantization::kAuto;
    int64_t threads = 0;           // 0: all processors.
    int64_t longest_sequence = 0;  // 0: what the model was made for.
  };

  // Errors as LoadModel()'s; they name the file. Warnings go to the log.
  static absl::StatusOr<std::unique_ptr<ServedModel>> Load(
      const Options& options);

  // Its name does not matter. Safe from several threads at once.
  absl::StatusOr<std::shared_ptr<const LoraAdapter>> LoadAdapter(
      const AdapterSpec& spec) const;

  const DecoderBackend& backend() const { return *backend_; }
  const Tokenizer& tokenizer() const { return *tokenizer_; }
  const ChatPrompt& prompts() const { return *prompts_; }
  const GenerationConfig& generation() const { return generation_; }
  // What ends a text: of generation_config.json, config.json and the
  // tokenizer.
  std::vector<int32_t> EosIds() const;

 private:
  ServedModel() = default;

  TensorNames names_;
  std::unique_ptr<CpuBackend> backend_;
  std::unique_ptr<const Tokenizer> tokenizer_;
  std::unique_ptr<const ChatPrompt> prompts_;
  GenerationConfig generation_;
};

}  // namespace kaito::runtime::serve

#endif  // KAITO_RUNTIME_SERVE_COMMANDS_SERVED_MODEL_H_
