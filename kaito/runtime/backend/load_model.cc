#include "kaito/runtime/backend/load_model.h"

#include <sched.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/parallel/worker_team.h"
#include "kaito/kernels/stream.h"
#include "kaito/runtime/backend/linear_weight.h"
#include "kaito/runtime/model/tensor_names.h"
#include "kaito/runtime/model/weights_check.h"
#include "kaito/runtime/weights/bnb_4bit.h"
#include "kaito/runtime/weights/tensor_view.h"
#include "kaito/runtime/weights/weights_directory.h"

namespace kaito::runtime {
namespace {

using kernels::Stream;

// Published ones have some kilobytes; longrope's factors take the most.
constexpr int64_t kMaxConfigBytes = int64_t{1} << 20;

class Loader {
 public:
  Loader(const ModelConfig& config, const WeightsDirectory& files,
         Quantization quantization, Stream stream)
      : config_(config),
        files_(files),
        quantization_(quantization),
        stream_(stream) {}

  absl::StatusOr<ModelWeights> Load() const {
    const TensorNames& names = config_.names;
    ModelWeights weights;
    KAITO_ASSIGN_OR_RETURN(weights.embedding, Table(names.embedding));
    for (int64_t i = 0; i < config_.decoder.layers; ++i) {
      KAITO_ASSIGN_OR_RETURN(LayerWeights layer, Layer(i));
      weights.layers.push_back(std::move(layer));
    }
    KAITO_ASSIGN_OR_RETURN(weights.final_norm,
                           Vector(WeightName(names.final_norm)));
    if (!config_.decoder.tied_embeddings) {
      KAITO_ASSIGN_OR_RETURN(weights.head, Table(names.head));
    }
    return weights;
  }

 private:
  absl::Status At(absl::string_view name, const absl::Status& status) const {
    return Annotate(status, absl::StrCat(files_.directory(), ": ", name));
  }

  absl::StatusOr<FloatTable> Table(absl::string_view module) const {
    const std::string name = WeightName(module);
    KAITO_ASSIGN_OR_RETURN(const TensorView view, files_.Get(name));
    absl::StatusOr<FloatTable> table = ReadTable(view, false, stream_);
    if (!table.ok()) return At(name, table.status());
    return table;
  }

  absl::StatusOr<std::vector<float>> Vector(const std::string& name) const {
    KAITO_ASSIGN_OR_RETURN(const TensorView view, files_.Get(name));
    absl::StatusOr<FloatTable> table = ReadTable(view, true, stream_);
    if (!table.ok()) return At(name, table.status());
    return std::vector<float>(table->f32(), table->f32() + view.shape[0]);
  }

  absl::StatusOr<LinearWeight> Weight(const std::string& name) const {
    if (files_.IsBnb4bit(name)) {
      KAITO_ASSIGN_OR_RETURN(const Bnb4bitWeight w, files_.GetBnb4bit(name));
      return quantization_ == Quantization::kNone ? DequantizeLinear(w, stream_)
                                                  : ReadNf4Linear(w);
    }
    KAITO_ASSIGN_OR_RETURN(const TensorView view, files_.Get(name));
    return quantization_ == Quantization::kNf4 ? QuantizeLinear(view, stream_)
                                               : ReadDenseLinear(view, stream_);
  }

  absl::StatusOr<LayerWeights> Layer(int64_t index) const {
    const TensorNames& names = config_.names;
    const auto vector = [&](const std::string& member) {
      return Vector(WeightName(LayerModule(names, index, member)));
    };
    LayerWeights layer;
    KAITO_ASSIGN_OR_RETURN(layer.attention_norm, vector(names.attention_norm));
    KAITO_ASSIGN_OR_RETURN(layer.mlp_norm, vector(names.mlp_norm));
    if (config_.decoder.qk_norm) {
      KAITO_ASSIGN_OR_RETURN(layer.q_norm, vector(names.q_norm));
      KAITO_ASSIGN_OR_RETURN(layer.k_norm, vector(names.k_norm));
    }
    for (const LinearModule& module :
         LayerLinears(config_.decoder, names, index)) {
      const std::string name = WeightName(module.module);
      absl::StatusOr<LinearWeight> weight = Weight(name);
      if (!weight.ok()) return At(name, weight.status());
      if (module.bias) {
        KAITO_ASSIGN_OR_RETURN(weight->bias, Vector(BiasName(module.module)));
      }
      layer.linear(module.role) = *std::move(weight);
    }
    return layer;
  }

  const ModelConfig& config_;
  const WeightsDirectory& files_;
  const Quantization quantization_;
  const Stream stream_;
};

}  // namespace

absl::StatusOr<LoadedModel> LoadModel(absl::string_view directory,
                                      const LoadOptions& options) {
  const std::string path = JoinPath(directory, "config.json");
  KAITO_ASSIGN_OR_RETURN(const std::string text,
                         ReadFile(path, kMaxConfigBytes));
  absl::StatusOr<ModelConfig> config = ParseModelConfig(text);
  if (!config.ok()) return Annotate(config.status(), path);
  KAITO_ASSIGN_OR_RETURN(const WeightsDirectory files,
                         WeightsDirectory::Open(directory));
  KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> unexpected,
                         CheckWeights(*config, files));

  LoadedModel model = {.config = *std::move(config)};
  model.warnings = model.config.warnings;
  if (!unexpected.empty()) {
    model.warnings.push_back(absl::StrCat(
        path, ": ", unexpected.size(),
        " tensors of the weights belong to no part of the model and are not "
        "used, ",
        unexpected.front(), " for one"));
  }
  KAITO_ASSIGN_OR_RETURN(
      const std::unique_ptr<kernels::WorkerTeam> team,
      kernels::WorkerTeam::Create(options.threads == 0 ? HardwareThreads()
                                                       : options.threads));
  KAITO_ASSIGN_OR_RETURN(
      model.weights,
      Loader(model.config, files, options.quantization, Stream::Cpu(team.get()))
          .Load());
  return model;
}

int64_t HardwareThreads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  // Fails where there are more processors than the set holds: 1024.
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max<int64_t>(1, CPU_COUNT(&set));
}

}  // namespace kaito::runtime
