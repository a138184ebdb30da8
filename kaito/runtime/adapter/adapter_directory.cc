#include "kaito/runtime/adapter/adapter_directory.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/api/job/layout.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/types.h"
#include "kaito/runtime/adapter/adapter_config.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/adapter/new_adapter.h"
#include "kaito/runtime/adapter/target_match.h"
#include "kaito/runtime/model/decoder_config.h"
#include "kaito/runtime/model/tensor_names.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/safetensors_file.h"
#include "kaito/runtime/weights/safetensors_header.h"
#include "kaito/runtime/weights/safetensors_writer.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {
namespace {

constexpr absl::string_view kPrefix = "base_model.model.";
constexpr absl::string_view kCardFile = "README.md";
// One with every module of a large model listed has 100 kB.
constexpr int64_t kMaxConfigBytes = 1 << 20;

template <typename T>
void Widen(std::span<const std::byte> bytes, std::vector<float>& out) {
  for (size_t i = 0; i < out.size(); ++i) {
    T x;
    std::memcpy(&x, bytes.data() + i * sizeof(T), sizeof(T));
    out[i] = kernels::ToFloat(x);
  }
}

// Of the type and shape that were checked.
void CopyValues(const TensorView& view, std::vector<float>& out) {
  out.resize(view.bytes.size() * 8 / static_cast<size_t>(BitsOf(view.dtype)));
  if (view.dtype == Dtype::kBf16) return Widen<kernels::bf16>(view.bytes, out);
  if (view.dtype == Dtype::kF16) return Widen<kernels::fp16>(view.bytes, out);
  if (!out.empty()) {
    std::memcpy(out.data(), view.bytes.data(), view.bytes.size());
  }
}

absl::Status ReadTensor(const SafetensorsFile& file, const std::string& name,
                        const std::vector<int64_t>& shape,
                        std::vector<float>& out) {
  const std::optional<TensorView> view = file.Find(name);
  if (!view.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        file.path(), ": the tensor ", name,
        " is missing, which adapter_config.json asks for of this model"));
  }
  if (view->shape != shape) {
    return absl::InvalidArgumentError(absl::StrCat(
        file.path(), ": ", name, " is ", ShapeToString(view->shape), ", want ",
        ShapeToString(shape), " for this model and rank"));
  }
  if (view->dtype != Dtype::kF32 && view->dtype != Dtype::kBf16 &&
      view->dtype != Dtype::kF16) {
    return absl::InvalidArgumentError(
        absl::StrCat(file.path(), ": ", name, " is of type ",
                     NameOf(view->dtype), ", want F32, BF16 or F16"));
  }
  CopyValues(*view, out);
  return absl::OkStatus();
}

// Any tensor more would be one whose effect is lost.
absl::Status CheckNoOthers(const SafetensorsFile& file,
                           const LoraAdapter& adapter) {
  std::set<std::string> wanted;
  for (const LoraModule& module : adapter.modules) {
    wanted.insert(LoraAName(module.module));
    wanted.insert(LoraBName(module.module));
  }
  for (const SafetensorsEntry& entry : file.tensors()) {
    if (wanted.contains(entry.name)) continue;
    const bool embedding = absl::StrContains(entry.name, "lora_embedding");
    return absl::InvalidArgumentError(absl::StrCat(
        file.path(), ": ", file.tensors().size() - wanted.size(),
        " tensors are not used by this model's adapter, such as ", entry.name,
        embedding ? ": adapters of embeddings are not supported"
                  : "; does the adapter belong to another base model?"));
  }
  return absl::OkStatus();
}

absl::StatusOr<ParsedAdapterConfig> ReadConfig(absl::string_view path) {
  KAITO_ASSIGN_OR_RETURN(const std::string text,
                         ReadFile(path, kMaxConfigBytes));
  absl::StatusOr<json::Value> value =
      json::Parse(text, {.max_bytes = kMaxConfigBytes, .max_depth = 16});
  if (!value.ok()) return Annotate(value.status(), path);
  absl::StatusOr<ParsedAdapterConfig> parsed = ParseAdapterConfig(*value);
  if (!parsed.ok()) return Annotate(parsed.status(), path);
  return parsed;
}

absl::Status ExplainMissing(absl::string_view directory,
                            const absl::Status& status) {
  if (!absl::IsNotFound(status)) return status;
  const std::string pickle = JoinPath(directory, "adapter_model.bin");
  if (!ReadFile(pickle, 0).ok() &&
      absl::IsNotFound(ReadFile(pickle, 0).status())) {
    return status;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      pickle,
      ": pickled tensors are not read, since they can run code; save "
      "the adapter as safetensors"));
}

std::span<const std::byte> Bytes(const std::vector<float>& values) {
  return std::as_bytes(std::span(values));
}

// The tensors of an adapter, as views into it or, in bf16, into `storage`.
std::vector<NamedTensor> Tensors(
    const LoraAdapter& adapter, Dtype dtype,
    std::vector<std::vector<kernels::bf16>>& storage) {
  std::vector<NamedTensor> tensors;
  const auto add = [&](std::string name, int64_t rows, int64_t columns,
                       const std::vector<float>& values) {
    std::span<const std::byte> bytes = Bytes(values);
    if (dtype == Dtype::kBf16) {
      std::vector<kernels::bf16>& narrow = storage.emplace_back(values.size());
      std::transform(values.begin(), values.end(), narrow.begin(),
                     kernels::ToBf16);
      bytes = std::as_bytes(std::span(narrow));
    }
    tensors.push_back(
        {std::move(name),
         {.dtype = dtype, .shape = {rows, columns}, .bytes = bytes}});
  };
  for (const LoraModule& m : adapter.modules) {
    add(LoraAName(m.module), m.rank, m.in, m.a);
    add(LoraBName(m.module), m.out, m.rank, m.b);
  }
  return tensors;
}

}  // namespace

std::string LoraAName(absl::string_view module) {
  return absl::StrCat(kPrefix, module, ".lora_A.weight");
}

std::string LoraBName(absl::string_view module) {
  return absl::StrCat(kPrefix, module, ".lora_B.weight");
}

absl::Status ReadAdapterTensors(absl::string_view path, LoraAdapter& adapter) {
  KAITO_ASSIGN_OR_RETURN(const SafetensorsFile file,
                         SafetensorsFile::Open(path));
  for (LoraModule& m : adapter.modules) {
    KAITO_RETURN_IF_ERROR(
        ReadTensor(file, LoraAName(m.module), {m.rank, m.in}, m.a));
    KAITO_RETURN_IF_ERROR(
        ReadTensor(file, LoraBName(m.module), {m.out, m.rank}, m.b));
  }
  return CheckNoOthers(file, adapter);
}

absl::StatusOr<StoredAdapter> ReadAdapterDirectory(absl::string_view directory,
                                                   const DecoderConfig& decoder,
                                                   const TensorNames& names) {
  const std::string config_path = JoinPath(directory, api::kAdapterConfigFile);
  KAITO_ASSIGN_OR_RETURN(ParsedAdapterConfig parsed, ReadConfig(config_path));
  absl::StatusOr<TargetMatch> match =
      MatchTargets(parsed.config, decoder, names);
  if (!match.ok()) return Annotate(match.status(), config_path);

  StoredAdapter stored;
  stored.config = std::move(parsed.config);
  stored.adapter = AdapterLayout(stored.config, *match);
  const absl::Status read = ReadAdapterTensors(
      JoinPath(directory, api::kAdapterWeightsFile), stored.adapter);
  if (!read.ok()) return ExplainMissing(directory, read);
  if (!parsed.unknown.empty()) {
    stored.warnings.push_back(
        absl::StrCat(config_path, ": keys that are not known here: ",
                     absl::StrJoin(parsed.unknown, ", ")));
  }
  if (!match->unmatched.empty()) {
    stored.warnings.push_back(absl::StrCat(
        config_path, ": target_modules that this model does not have: ",
        absl::StrJoin(match->unmatched, ", ")));
  }
  return stored;
}

absl::Status WriteAdapterDirectory(absl::string_view directory,
                                   const AdapterConfig& config,
                                   const LoraAdapter& adapter,
                                   absl::string_view card,
                                   const WriteAdapterOptions& options) {
  std::vector<std::vector<kernels::bf16>> storage;
  KAITO_RETURN_IF_ERROR(
      WriteSafetensors(JoinPath(directory, api::kAdapterWeightsFile),
                       Tensors(adapter, options.dtype, storage),
                       {{"format", "pt"}}, options.file));
  KAITO_RETURN_IF_ERROR(
      WriteFileAtomic(JoinPath(directory, kCardFile), card, options.file));
  return WriteFileAtomic(
      JoinPath(directory, api::kAdapterConfigFile),
      absl::StrCat(json::Write(FormatAdapterConfig(config), {.indent = 2}),
                   "\n"),
      options.file);
}

std::string AdapterCard(const AdapterConfig& config) {
  const std::string base =
      config.base_model.empty() ? "" : json::Quote(config.base_model);
  return absl::StrCat(
      "---\n", base.empty() ? "" : absl::StrCat("base_model: ", base, "\n"),
      "library_name: peft\npipeline_tag: text-generation\ntags:\n- lora\n---\n"
      "\n# LoRA adapter\n\nRank ",
      config.rank, ", alpha ", config.alpha, ", on ",
      config.targets.pattern.empty() ? absl::StrJoin(config.targets.names, ", ")
                                     : config.targets.pattern,
      ".\n\nMade with `runtime tune`. training_report.json beside it, where it "
      "is, says how. Load it onto the base model with PEFT:\n\n"
      "    model = PeftModel.from_pretrained(base, \"this directory\")\n");
}

}  // namespace kaito::runtime
