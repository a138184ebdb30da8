#include "kaito/runtime/convert/merge_adapter.h"

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
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/matmul/matmul.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/parallel/workers.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/types.h"
#include "kaito/runtime/adapter/adapter_directory.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/aligned_buffer.h"
#include "kaito/runtime/backend/linear_weight.h"
#include "kaito/runtime/backend/load_model.h"
#include "kaito/runtime/convert/model_directory.h"
#include "kaito/runtime/model/tensor_names.h"
#include "kaito/runtime/weights/bnb_4bit.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/safetensors_writer.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {
namespace {

using kernels::Stream;

// Some 10 us of rounding.
constexpr int64_t kGrainElements = 16384;

bool IsFloat(Dtype dtype) {
  return dtype == Dtype::kF32 || dtype == Dtype::kBf16 || dtype == Dtype::kF16;
}

// weight [out, in] += scale B A.
absl::Status AddProduct(const LoraModule& module, float* weight,
                        Stream stream) {
  std::vector<float> b = module.b;
  for (float& x : b) x *= static_cast<float>(module.scale);
  return kernels::Matmul({.a = b.data(),
                          .b = module.a.data(),
                          .c = weight,
                          .m = module.out,
                          .n = module.in,
                          .k = module.rank,
                          .accumulate = true},
                         stream);
}

class Merger {
 public:
  Merger(const ModelDirectory& model, const LoraAdapter& adapter, Stream stream)
      : model_(model), stream_(stream) {
    for (const LoraModule& module : adapter.modules) {
      modules_[WeightName(module.module)] = &module;
    }
  }

  absl::StatusOr<std::vector<TensorSpec>> Plan() const {
    std::vector<TensorSpec> specs;
    for (const std::string& name : model_.weights.names()) {
      if (model_.weights.IsBnb4bit(name)) {
        KAITO_ASSIGN_OR_RETURN(const Bnb4bitWeight w,
                               model_.weights.GetBnb4bit(name));
        specs.push_back({name, Dtype::kBf16, w.shape});
        continue;
      }
      KAITO_ASSIGN_OR_RETURN(const TensorView view, model_.weights.Get(name));
      specs.push_back(
          {name, IsFloat(view.dtype) ? Dtype::kBf16 : view.dtype, view.shape});
    }
    return specs;
  }

  absl::Status Append(const std::string& name, SafetensorsWriter& to) const {
    KAITO_ASSIGN_OR_RETURN(const TensorView view, model_.weights.Get(name));
    const auto module = modules_.find(name);
    const bool four_bits = model_.weights.IsBnb4bit(name);
    if (module == modules_.end() && !four_bits &&
        (view.dtype == Dtype::kBf16 || !IsFloat(view.dtype))) {
      return to.Append(name, view.bytes);
    }
    absl::StatusOr<AlignedBuffer> values =
        four_bits ? Dequantized(name) : Widened(view);
    if (!values.ok()) {
      return Annotate(values.status(),
                      absl::StrCat(model_.weights.directory(), ": ", name));
    }
    if (module != modules_.end()) {
      KAITO_RETURN_IF_ERROR(
          AddProduct(*module->second, values->As<float>(), stream_));
    }
    return AppendRounded(name, *values, to);
  }

 private:
  absl::StatusOr<AlignedBuffer> Dequantized(const std::string& name) const {
    KAITO_ASSIGN_OR_RETURN(const Bnb4bitWeight w,
                           model_.weights.GetBnb4bit(name));
    KAITO_ASSIGN_OR_RETURN(LinearWeight linear, DequantizeLinear(w, stream_));
    return std::move(linear.dense);
  }

  absl::StatusOr<AlignedBuffer> Widened(const TensorView& view) const {
    KAITO_ASSIGN_OR_RETURN(FloatTable table, ReadTable(view, true, stream_));
    return std::move(table.data);
  }

  // f32 to bf16.
  absl::Status AppendRounded(const std::string& name,
                             const AlignedBuffer& values,
                             SafetensorsWriter& to) const {
    const int64_t count = values.bytes() / 4;
    const float* const from = values.As<float>();
    KAITO_ASSIGN_OR_RETURN(AlignedBuffer rounded,
                           AlignedBuffer::Create(count * 2));
    kernels::bf16* const out = rounded.As<kernels::bf16>();
    kernels::ParallelFor(stream_.workers(), count, kGrainElements,
                         [&](int64_t begin, int64_t end) {
                           for (int64_t i = begin; i < end; ++i) {
                             out[i] = kernels::ToBf16(from[i]);
                           }
                         });
    return to.Append(name, std::span(rounded.As<std::byte>(), count * 2));
  }

  const ModelDirectory& model_;
  const Stream stream_;
  absl::flat_hash_map<std::string, const LoraModule*> modules_;
};

// Of the model that was written. transformers 4 and 5 spell the type apart.
json::Value MergedConfig(json::Value config) {
  json::Object& members = *config.object();
  members.Erase("quantization_config");
  const bool has_new_name = members.Erase("dtype");
  if (members.Erase("torch_dtype") || !has_new_name) {
    members["torch_dtype"] = "bfloat16";
  }
  if (has_new_name) members["dtype"] = "bfloat16";
  return config;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> MergeAdapter(
    absl::string_view model, absl::string_view adapter,
    absl::string_view output, const ConvertOptions& options) {
  KAITO_ASSIGN_OR_RETURN(ModelDirectory from, OpenModelDirectory(model));
  KAITO_ASSIGN_OR_RETURN(
      StoredAdapter stored,
      ReadAdapterDirectory(adapter, from.config.decoder, from.config.names));
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<kernels::WorkerTeam> team,
      kernels::WorkerTeam::Create(options.threads == 0 ? HardwareThreads()
                                                       : options.threads));
  KAITO_RETURN_IF_ERROR(StartModelDirectory(model, output));
  const Merger merger(from, stored.adapter, Stream::Cpu(team.get()));
  KAITO_ASSIGN_OR_RETURN(std::vector<TensorSpec> specs, merger.Plan());
  KAITO_ASSIGN_OR_RETURN(
      SafetensorsWriter writer,
      SafetensorsWriter::Create(WeightsPath(output), std::move(specs),
                                {{"format", "pt"}}));
  for (const TensorSpec& spec : writer.order()) {
    KAITO_RETURN_IF_ERROR(merger.Append(spec.name, writer));
  }
  KAITO_RETURN_IF_ERROR(writer.Finish());
  KAITO_RETURN_IF_ERROR(
      FinishModelDirectory(output, MergedConfig(std::move(from.config_json))));
  return std::move(stored.warnings);
}

}  // namespace kaito::runtime
