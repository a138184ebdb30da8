#include "kaito/runtime/convert/model_directory.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/model/model_config.h"
#include "kaito/runtime/model/tensor_names.h"
#include "kaito/runtime/model/weights_check.h"
#include "kaito/runtime/weights/weights_directory.h"

namespace kaito::runtime {
namespace {

constexpr absl::string_view kConfig = "config.json";
// Published ones have some kilobytes; longrope's factors take the most.
constexpr int64_t kMaxConfigBytes = 1 << 20;
// The largest published tokenizer.json has some 33 MB.
constexpr int64_t kMaxCopiedBytes = 256 << 20;

// What transformers' libraries write beside weights and configuration.
constexpr absl::string_view kCopied[] = {
    "LICENSE",
    "LICENSE.md",
    "LICENSE.txt",
    "NOTICE",
    "NOTICE.txt",
    "added_tokens.json",
    "chat_template.jinja",
    "chat_template.json",
    "generation_config.json",
    "merges.txt",
    "special_tokens_map.json",
    "tokenizer.json",
    "tokenizer.model",
    "tokenizer_config.json",
    "vocab.json",
};

}  // namespace

absl::StatusOr<ModelDirectory> OpenModelDirectory(absl::string_view directory) {
  const std::string path = JoinPath(directory, kConfig);
  KAITO_ASSIGN_OR_RETURN(const std::string text,
                         ReadFile(path, kMaxConfigBytes));
  absl::StatusOr<ModelConfig> config = ParseModelConfig(text);
  if (!config.ok()) return Annotate(config.status(), path);
  absl::StatusOr<json::Value> document =
      json::Parse(text, {.max_bytes = kMaxConfigBytes});
  if (!document.ok()) return Annotate(document.status(), path);
  KAITO_ASSIGN_OR_RETURN(WeightsDirectory weights,
                         WeightsDirectory::Open(directory));
  KAITO_RETURN_IF_ERROR(CheckWeights(*config, weights).status());
  absl::flat_hash_set<std::string> linears;
  for (WantedTensor& wanted : WantedTensors(config->decoder, config->names)) {
    if (wanted.linear) linears.insert(std::move(wanted.name));
  }
  return ModelDirectory{.config_json = *std::move(document),
                        .config = *std::move(config),
                        .weights = std::move(weights),
                        .linears = std::move(linears)};
}

absl::Status StartModelDirectory(absl::string_view from, absl::string_view to) {
  KAITO_RETURN_IF_ERROR(MakeDirs(to));
  const absl::StatusOr<std::vector<std::string>> there = ListDir(to, 1);
  if (!there.ok() || !there->empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(to, ": is not empty; name a new directory"));
  }
  for (const absl::string_view name : kCopied) {
    const absl::StatusOr<std::string> content =
        ReadFile(JoinPath(from, name), kMaxCopiedBytes);
    if (absl::IsNotFound(content.status())) continue;
    KAITO_RETURN_IF_ERROR(content.status());
    KAITO_RETURN_IF_ERROR(WriteFileAtomic(JoinPath(to, name), *content));
  }
  return absl::OkStatus();
}

std::string WeightsPath(absl::string_view directory) {
  return JoinPath(directory, "model.safetensors");
}

absl::Status FinishModelDirectory(absl::string_view to,
                                  const json::Value& config) {
  return WriteFileAtomic(
      JoinPath(to, kConfig),
      absl::StrCat(json::Write(config, {.indent = 2}), "\n"));
}

}  // namespace kaito::runtime
