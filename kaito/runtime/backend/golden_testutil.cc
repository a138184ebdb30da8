#include "kaito/runtime/backend/golden_testutil.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/types.h"
#include "kaito/runtime/weights/dtype.h"
#include "kaito/runtime/weights/tensor_view.h"

namespace kaito::runtime {
namespace {

template <typename T>
std::vector<T> CopyOf(const TensorView& view) {
  std::vector<T> values(view.bytes.size() / sizeof(T));
  std::memcpy(values.data(), view.bytes.data(), values.size() * sizeof(T));
  return values;
}

absl::StatusOr<std::vector<int32_t>> MaskOf(const SafetensorsFile& file) {
  if (file.Find("attention_mask").has_value()) {
    return IntsOf(file, "attention_mask");
  }
  KAITO_ASSIGN_OR_RETURN(std::vector<int32_t> ids, IntsOf(file, "input_ids"));
  return std::vector<int32_t>(ids.size(), 1);
}

}  // namespace

absl::StatusOr<std::vector<float>> FloatsOf(const SafetensorsFile& file,
                                            absl::string_view name) {
  KAITO_ASSIGN_OR_RETURN(const TensorView view, file.Get(name));
  if (view.dtype == Dtype::kF32) return CopyOf<float>(view);
  if (view.dtype != Dtype::kBf16) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " is ", NameOf(view.dtype)));
  }
  std::vector<float> values;
  for (const kernels::bf16 x : CopyOf<kernels::bf16>(view)) {
    values.push_back(kernels::ToFloat(x));
  }
  return values;
}

absl::StatusOr<std::vector<int32_t>> IntsOf(const SafetensorsFile& file,
                                            absl::string_view name) {
  KAITO_ASSIGN_OR_RETURN(const TensorView view, file.Get(name));
  if (view.dtype != Dtype::kI64) {
    return absl::InvalidArgumentError(
        absl::StrCat(name, " is ", NameOf(view.dtype)));
  }
  const std::vector<int64_t> values = CopyOf<int64_t>(view);
  return std::vector<int32_t>(values.begin(), values.end());
}

absl::StatusOr<PackedBatch> BatchOf(const SafetensorsFile& file) {
  KAITO_ASSIGN_OR_RETURN(const TensorView view, file.Get("input_ids"));
  KAITO_ASSIGN_OR_RETURN(const std::vector<int32_t> ids,
                         IntsOf(file, "input_ids"));
  KAITO_ASSIGN_OR_RETURN(const std::vector<int32_t> mask, MaskOf(file));
  std::vector<int32_t> labels(ids.size(), -100);
  if (file.Find("labels").has_value()) {
    KAITO_ASSIGN_OR_RETURN(labels, IntsOf(file, "labels"));
  }
  const int64_t width = view.shape[1];
  PackedBatch batch = {.starts = {0}};
  for (int64_t row = 0; row < view.shape[0]; ++row) {
    for (int64_t t = 0; t < width && mask[row * width + t] != 0; ++t) {
      const int64_t at = row * width + t;
      const bool last = t + 1 == width || mask[at + 1] == 0;
      batch.ids.push_back(ids[at]);
      batch.positions.push_back(static_cast<int32_t>(t));
      batch.labels.push_back(last ? -100 : labels[at + 1]);
    }
    batch.starts.push_back(static_cast<int32_t>(batch.ids.size()));
  }
  return batch;
}

absl::StatusOr<std::vector<float>> RowsOf(const SafetensorsFile& file,
                                          absl::string_view name) {
  KAITO_ASSIGN_OR_RETURN(const TensorView view, file.Get(name));
  KAITO_ASSIGN_OR_RETURN(const std::vector<float> all, FloatsOf(file, name));
  KAITO_ASSIGN_OR_RETURN(const std::vector<int32_t> mask, MaskOf(file));
  const int64_t columns = view.shape[2];
  std::vector<float> rows;
  for (int64_t t = 0; t < std::ssize(mask); ++t) {
    if (mask[t] == 0) continue;
    rows.insert(rows.end(), all.begin() + t * columns,
                all.begin() + (t + 1) * columns);
  }
  return rows;
}

absl::StatusOr<std::vector<double>> LogProbabilities(
    const DecoderBackend& backend, PackedBatch batch,
    const LoraAdapter* adapter) {
  const int64_t words = backend.config().vocab_size;
  std::vector<double> all(batch.tokens() * words);
  for (int64_t word = 0; word < words; ++word) {
    std::fill(batch.labels.begin(), batch.labels.end(),
              static_cast<int32_t>(word));
    std::vector<float> losses;
    KAITO_RETURN_IF_ERROR(backend.Score(batch, adapter, &losses).status());
    for (int64_t t = 0; t < batch.tokens(); ++t) {
      all[t * words + word] = -losses[t];
    }
  }
  return all;
}

std::vector<double> LogSoftmax(const std::vector<float>& logits,
                               int64_t words) {
  std::vector<double> all(logits.begin(), logits.end());
  for (auto row = all.begin(); row != all.end(); row += words) {
    const double largest = *std::max_element(row, row + words);
    double sum = 0;
    for (int64_t i = 0; i < words; ++i) sum += std::exp(row[i] - largest);
    for (int64_t i = 0; i < words; ++i) row[i] -= largest + std::log(sum);
  }
  return all;
}

double LargestDifference(std::span<const double> a, std::span<const double> b) {
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  if (a.size() != b.size()) return kInfinite;
  double largest = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    const double difference = std::abs(a[i] - b[i]);
    if (std::isnan(difference)) return kInfinite;
    largest = std::max(largest, difference);
  }
  return largest;
}

}  // namespace kaito::runtime
