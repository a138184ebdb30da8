#include "kaito/runtime/serve/commands/served_model.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/adapter/adapter_directory.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/cpu_backend.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/chat_template/model_template.h"
#include "kaito/runtime/model/generation_config.h"
#include "kaito/runtime/serve/http/chat_prompt.h"
#include "kaito/runtime/tokenizer/tokenizer.h"

namespace kaito::runtime::serve {
namespace {

constexpr int64_t kMaxConfigBytes = 1 << 20;

absl::StatusOr<GenerationConfig> LoadGenerationConfig(
    absl::string_view directory, const DecoderConfig& decoder) {
  const std::string path = JoinPath(directory, "generation_config.json");
  absl::StatusOr<std::string> text = ReadFile(path, kMaxConfigBytes);
  if (absl::IsNotFound(text.status())) text = "{}";
  KAITO_RETURN_IF_ERROR(text.status());
  absl::StatusOr<GenerationConfig> config =
      ParseGenerationConfig(*text, decoder);
  if (!config.ok()) return Annotate(config.status(), path);
  return config;
}

}  // namespace

absl::StatusOr<AdapterSpec> ParseAdapterSpec(absl::string_view text) {
  const size_t equals = text.find('=');
  if (equals == absl::string_view::npos || equals == 0 ||
      equals + 1 == text.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--adapter: \"", text, "\" is not NAME=DIR[@STRENGTH]"));
  }
  AdapterSpec spec{.name = std::string(text.substr(0, equals)),
                   .directory = std::string(text.substr(equals + 1))};
  const size_t at = spec.directory.rfind('@');
  double strength = 0;
  if (at == std::string::npos || at == 0 ||
      !absl::SimpleAtod(spec.directory.substr(at + 1), &strength)) {
    return spec;
  }
  if (!std::isfinite(strength)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--adapter: the strength of \"", text, "\" is no number"));
  }
  spec.strength = strength;
  spec.directory.resize(at);
  return spec;
}

absl::StatusOr<std::unique_ptr<ServedModel>> ServedModel::Load(
    const Options& options) {
  std::unique_ptr<ServedModel> model(new ServedModel());
  // The small files first: their errors come at once.
  KAITO_ASSIGN_OR_RETURN(model->tokenizer_, Tokenizer::Load(options.directory));
  KAITO_ASSIGN_OR_RETURN(ModelTemplate chat,
                         LoadModelTemplate(options.directory));
  if (!options.chat_template.empty()) {
    KAITO_ASSIGN_OR_RETURN(chat.text, StatedTemplate(options.chat_template));
  }
  KAITO_ASSIGN_OR_RETURN(
      ChatPrompt prompts,
      ChatPrompt::Create(*model->tokenizer_, std::move(chat.text),
                         json::Write(std::move(chat.variables))));
  model->prompts_ = std::make_unique<const ChatPrompt>(std::move(prompts));
  KAITO_ASSIGN_OR_RETURN(
      LoadedModel loaded,
      LoadModel(options.directory, {.quantization = options.quantization,
                                    .threads = options.threads}));
  for (const std::string& warning : loaded.warnings) {
    KAITO_LOG(WARNING, "model", {{"warning", warning}});
  }
  model->names_ = loaded.config.names;
  KAITO_ASSIGN_OR_RETURN(
      model->generation_,
      LoadGenerationConfig(options.directory, loaded.config.decoder));
  KAITO_ASSIGN_OR_RETURN(
      model->backend_,
      CpuBackend::Create(std::move(loaded),
                         {.threads = options.threads,
                          .longest_sequence = options.longest_sequence}));
  return model;
}

absl::StatusOr<std::shared_ptr<const LoraAdapter>> ServedModel::LoadAdapter(
    const AdapterSpec& spec) const {
  KAITO_ASSIGN_OR_RETURN(
      StoredAdapter stored,
      ReadAdapterDirectory(spec.directory, backend_->config(), names_));
  for (const std::string& warning : stored.warnings) {
    KAITO_LOG(WARNING, "adapter",
              {{"directory", spec.directory}, {"warning", warning}});
  }
  for (LoraModule& module : stored.adapter.modules) {
    module.scale *= spec.strength;
  }
  return std::make_shared<const LoraAdapter>(std::move(stored.adapter));
}

std::vector<int32_t> ServedModel::EosIds() const {
  std::vector<int32_t> ids;
  const auto add = [&](int64_t id) {
    const int32_t narrow = static_cast<int32_t>(id);
    if (std::find(ids.begin(), ids.end(), narrow) == ids.end()) {
      ids.push_back(narrow);
    }
  };
  for (const int64_t id : generation_.special.eos) add(id);
  if (tokenizer_->eos_id().has_value()) add(*tokenizer_->eos_id());
  return ids;
}

}  // namespace kaito::runtime::serve
