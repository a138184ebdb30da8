#include "kaito/runtime/model/weights_check.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/runtime/model/model_config.h"
#include "kaito/runtime/model/quantization_config.h"
#include "kaito/runtime/model/tensor_names.h"
#include "kaito/runtime/weights/bnb_4bit.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/tensor_view.h"
#include "kaito/runtime/weights/weights_directory.h"

namespace kaito::runtime {
namespace {

absl::Status Missing(const WeightsDirectory& weights,
                     const std::vector<std::string>& missing) {
  // Enough to see the pattern: often a whole layer, or a prefix, is off.
  constexpr size_t kShown = 5;
  const size_t shown = std::min(missing.size(), kShown);
  return absl::InvalidArgumentError(absl::StrCat(
      weights.directory(), ": ", missing.size(),
      " tensors that config.json asks for are missing: ",
      absl::StrJoin(missing.begin(), missing.begin() + shown, ", "),
      shown < missing.size() ? ", …" : ""));
}

absl::Status CheckQuantized(const ModelConfig& model,
                            const WeightsDirectory& weights,
                            const WantedTensor& wanted) {
  if (!wanted.linear || model.stored.format != WeightFormat::kBnbNf4) {
    return absl::InvalidArgumentError(absl::StrCat(
        weights.directory(), ": ", wanted.name, " is in 4 bits, ",
        wanted.linear ? "but config.json has no quantization_config for it"
                      : "which only the linears of layers may be"));
  }
  KAITO_ASSIGN_OR_RETURN(const Bnb4bitWeight w,
                         weights.GetBnb4bit(wanted.name));
  if (w.shape == wanted.shape) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(weights.directory(), ": ", wanted.name, " has the shape ",
                   ShapeToString(w.shape), ", config.json asks for ",
                   ShapeToString(wanted.shape)));
}

absl::Status CheckTensor(const ModelConfig& model,
                         const WeightsDirectory& weights,
                         const WantedTensor& wanted) {
  if (weights.IsBnb4bit(wanted.name)) {
    return CheckQuantized(model, weights, wanted);
  }
  KAITO_ASSIGN_OR_RETURN(const TensorView tensor, weights.Get(wanted.name));
  if (tensor.shape != wanted.shape) {
    return absl::InvalidArgumentError(
        absl::StrCat(weights.directory(), ": ", wanted.name, " has the shape ",
                     ShapeToString(tensor.shape), ", config.json asks for ",
                     ShapeToString(wanted.shape)));
  }
  if (tensor.dtype != Dtype::kF32 && tensor.dtype != Dtype::kBf16 &&
      tensor.dtype != Dtype::kF16) {
    return absl::InvalidArgumentError(
        absl::StrCat(weights.directory(), ": ", wanted.name, " is ",
                     NameOf(tensor.dtype), ", read are F32, BF16 and F16"));
  }
  return absl::OkStatus();
}

bool IsHarmless(const ModelConfig& model, absl::string_view name) {
  return absl::EndsWith(name, ".rotary_emb.inv_freq") ||
         (model.decoder.tied_embeddings &&
          name == WeightName(model.names.head));
}

}  // namespace

absl::StatusOr<std::vector<std::string>> CheckWeights(
    const ModelConfig& model, const WeightsDirectory& weights) {
  const std::vector<WantedTensor> wanted =
      WantedTensors(model.decoder, model.names);
  std::vector<std::string> names;
  names.reserve(wanted.size());
  for (const WantedTensor& tensor : wanted) names.push_back(tensor.name);

  WeightsDifference difference = weights.Compare(names);
  if (!difference.missing.empty()) {
    return Missing(weights, difference.missing);
  }
  for (const WantedTensor& tensor : wanted) {
    KAITO_RETURN_IF_ERROR(CheckTensor(model, weights, tensor));
  }
  std::erase_if(difference.unexpected, [&](const std::string& name) {
    return IsHarmless(model, name);
  });
  return difference.unexpected;
}

}  // namespace kaito::runtime
