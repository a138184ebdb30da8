#include "kaito/runtime/convert/quantize_model.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/nf4_quantize/nf4_quantize_params.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/stream.h"
#include "kaito/runtime/backend/aligned_buffer.h"
#include "kaito/runtime/backend/linear_weight.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/convert/model_directory.h"
#include "kaito/runtime/model/quantization_config.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/safetensors_writer.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {
namespace {

using kernels::Stream;

// PyTorch's name of a weight's type.
absl::string_view TorchName(Dtype dtype) {
  switch (dtype) {
    case Dtype::kBf16:
      return "bfloat16";
    case Dtype::kF16:
      return "float16";
    default:
      return "float32";
  }
}

template <typename T>
std::span<const std::byte> Bytes(const T* data, int64_t count) {
  return std::as_bytes(std::span<const T>(data, count));
}

// One linear in NF4, as up to seven tensors of a file. `w` may have no packed
// numbers: they are made when their turn comes.
struct Quantized {
  Nf4Weight w;
  std::string state;
};

std::string StateOf(const Nf4Weight& w, const TensorView& view) {
  return json::Write(
      json::Object{{"quant_type", "nf4"},
                   {"blocksize", w.block},
                   {"dtype", TorchName(view.dtype)},
                   {"shape", json::Array{view.shape[0], view.shape[1]}},
                   {"nested_blocksize", w.nested_block},
                   {"nested_dtype", "float32"},
                   {"nested_offset", double{w.offset}}});
}

class Quantizer {
 public:
  Quantizer(const ModelDirectory& model, Stream stream)
      : model_(model), stream_(stream) {}

  // What the file holds.
  absl::StatusOr<std::vector<TensorSpec>> Plan() {
    std::vector<TensorSpec> specs;
    for (const std::string& name : model_.weights.names()) {
      KAITO_ASSIGN_OR_RETURN(const TensorView view, model_.weights.Get(name));
      if (!model_.linears.contains(name)) {
        specs.push_back({name, view.dtype, view.shape});
        continue;
      }
      KAITO_ASSIGN_OR_RETURN(Nf4Weight w, Quantize(name, view));
      w.packed = AlignedBuffer();
      std::string state = StateOf(w, view);
      AddParts(name, {.w = std::move(w), .state = std::move(state)}, specs);
    }
    return specs;
  }

  absl::Status Append(const std::string& name, SafetensorsWriter& to) const {
    const auto part = parts_.find(name);
    if (part != parts_.end()) return to.Append(name, part->second);
    KAITO_ASSIGN_OR_RETURN(const TensorView view, model_.weights.Get(name));
    if (!model_.linears.contains(name)) return to.Append(name, view.bytes);
    KAITO_ASSIGN_OR_RETURN(const Nf4Weight w, Quantize(name, view));
    return to.Append(name, Bytes(w.packed.As<uint8_t>(), w.packed.bytes()));
  }

 private:
  absl::StatusOr<Nf4Weight> Quantize(const std::string& name,
                                     const TensorView& view) const {
    absl::StatusOr<LinearWeight> linear = QuantizeLinear(view, stream_);
    if (!linear.ok()) {
      return Annotate(linear.status(),
                      absl::StrCat(model_.weights.directory(), ": ", name));
    }
    return *std::move(linear->nf4);
  }

  void AddParts(const std::string& name, Quantized quantized,
                std::vector<TensorSpec>& specs) {
    kept_.push_back(std::make_unique<Quantized>(std::move(quantized)));
    const Nf4Weight& w = kept_.back()->w;
    const std::string& state = kept_.back()->state;
    const auto add = [&](absl::string_view suffix, Dtype dtype, int64_t count,
                         std::span<const std::byte> bytes) {
      specs.push_back({absl::StrCat(name, suffix), dtype, {count}});
      parts_[specs.back().name] = bytes;
    };
    // A column, as PyTorch's library has it.
    specs.push_back({name, Dtype::kU8, {kernels::Nf4PackedBytes(w.count), 1}});
    add(".absmax", Dtype::kU8, w.absmax.bytes(),
        Bytes(w.absmax.As<uint8_t>(), w.absmax.bytes()));
    add(".nested_absmax", Dtype::kF32, std::ssize(w.nested_absmax),
        Bytes(w.nested_absmax.data(), std::ssize(w.nested_absmax)));
    add(".nested_quant_map", Dtype::kF32, std::ssize(w.map),
        Bytes(w.map.data(), std::ssize(w.map)));
    add(".quant_map", Dtype::kF32, std::ssize(kernels::kNf4Values),
        Bytes(kernels::kNf4Values, std::ssize(kernels::kNf4Values)));
    add(".quant_state.bitsandbytes__nf4", Dtype::kU8, std::ssize(state),
        Bytes(state.data(), std::ssize(state)));
  }

  const ModelDirectory& model_;
  const Stream stream_;
  std::vector<std::unique_ptr<Quantized>> kept_;
  // By the tensor's name; into kept_.
  absl::flat_hash_map<std::string, std::span<const std::byte>> parts_;
};

// As transformers writes it. Products are made in the type of the weights.
json::Value QuantizationConfig(Dtype dtype) {
  return json::Object{{"_load_in_4bit", true},
                      {"_load_in_8bit", false},
                      {"bnb_4bit_compute_dtype", TorchName(dtype)},
                      {"bnb_4bit_quant_storage", "uint8"},
                      {"bnb_4bit_quant_type", "nf4"},
                      {"bnb_4bit_use_double_quant", true},
                      {"llm_int8_enable_fp32_cpu_offload", false},
                      {"llm_int8_has_fp16_weight", false},
                      {"llm_int8_skip_modules", nullptr},
                      {"llm_int8_threshold", 6.0},
                      {"load_in_4bit", true},
                      {"load_in_8bit", false},
                      {"quant_method", "bitsandbytes"}};
}

}  // namespace

absl::Status QuantizeModel(absl::string_view model, absl::string_view output,
                           const ConvertOptions& options) {
  KAITO_ASSIGN_OR_RETURN(ModelDirectory from, OpenModelDirectory(model));
  if (from.config.stored.format != WeightFormat::kPlain) {
    return absl::InvalidArgumentError(
        absl::StrCat(model, ": is quantised already"));
  }
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<kernels::WorkerTeam> team,
      kernels::WorkerTeam::Create(options.threads == 0 ? HardwareThreads()
                                                       : options.threads));
  KAITO_RETURN_IF_ERROR(StartModelDirectory(model, output));
  Quantizer quantizer(from, Stream::Cpu(team.get()));
  KAITO_ASSIGN_OR_RETURN(std::vector<TensorSpec> specs, quantizer.Plan());
  KAITO_ASSIGN_OR_RETURN(
      SafetensorsWriter writer,
      SafetensorsWriter::Create(WeightsPath(output), std::move(specs),
                                {{"format", "pt"}}));
  for (const TensorSpec& spec : writer.order()) {
    KAITO_RETURN_IF_ERROR(quantizer.Append(spec.name, writer));
  }
  KAITO_RETURN_IF_ERROR(writer.Finish());
  KAITO_ASSIGN_OR_RETURN(const TensorView first,
                         from.weights.Get(*from.linears.begin()));
  from.config_json["quantization_config"] = QuantizationConfig(first.dtype);
  return FinishModelDirectory(output, from.config_json);
}

}  // namespace kaito::runtime
