#ifndef KAITO_RUNTIME_CONVERT_QUANTIZE_MODEL_H_
#define KAITO_RUNTIME_CONVERT_QUANTIZE_MODEL_H_

// Writes a model as an NF4 checkpoint of bitsandbytes: what transformers loads,
// and what this runtime reads without quantising again. Linears of layers go to
// blocks of 64 with double quantisation; all else stays as it is stored.
//
//   KAITO_RETURN_IF_ERROR(QuantizeModel("./phi", "./phi-nf4", {}));

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace kaito::runtime {

struct ConvertOptions {
  int64_t threads = 0;  // 0: all processors.
};

// `output` is new or empty. InvalidArgument for a model that is quantised
// already, and as LoadModel(). Takes the memory of the largest tensor and 1.6 %
// of the parameters, and quantises twice: the header, which comes first, holds
// the length of what is found on the way.
absl::Status QuantizeModel(absl::string_view model, absl::string_view output,
                           const ConvertOptions& options);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_CONVERT_QUANTIZE_MODEL_H_
