#ifndef KAITO_RUNTIME_BACKEND_GOLDEN_TESTUTIL_H_
#define KAITO_RUNTIME_BACKEND_GOLDEN_TESTUTIL_H_

// Reads the golden files of testdata/ for tests of the decoder: batches as the
// real libraries padded them, and numbers to compare with.
//
//   KAITO_ASSERT_OK_AND_ASSIGN(const SafetensorsFile io,
//                              SafetensorsFile::Open(path));
//   KAITO_ASSERT_OK_AND_ASSIGN(const PackedBatch batch, BatchOf(io));
//   KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<float> want,
//                              RowsOf(io, "logits"));

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/adapter/lora_adapter.h"
#include "kaito/runtime/backend/decoder_backend.h"
#include "kaito/runtime/batch/packed_batch.h"
#include "kaito/runtime/weights/safetensors_file.h"

namespace kaito::runtime {

// Of F32 or BF16.
absl::StatusOr<std::vector<float>> FloatsOf(const SafetensorsFile& file,
                                            absl::string_view name);
// Of I64.
absl::StatusOr<std::vector<int32_t>> IntsOf(const SafetensorsFile& file,
                                            absl::string_view name);

// input_ids and labels where attention_mask (or all, without one) is 1; labels
// are shifted, and ignored where there are none.
absl::StatusOr<PackedBatch> BatchOf(const SafetensorsFile& file);

// A tensor [rows, width, columns], its rows where attention_mask is 1: [tokens
// of the batch, columns].
absl::StatusOr<std::vector<float>> RowsOf(const SafetensorsFile& file,
                                          absl::string_view name);

// The logarithms of the probabilities of every word at every token, [tokens,
// vocabulary], one word at a time: Score() gives that of the label.
absl::StatusOr<std::vector<double>> LogProbabilities(
    const DecoderBackend& backend, PackedBatch batch,
    const LoraAdapter* adapter);

// Logits [rows, words] to logarithms of probabilities.
std::vector<double> LogSoftmax(const std::vector<float>& logits, int64_t words);

// Infinite where sizes differ or a number is none.
double LargestDifference(std::span<const double> a, std::span<const double> b);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_BACKEND_GOLDEN_TESTUTIL_H_
