#ifndef KAITO_RUNTIME_CONVERT_MERGE_ADAPTER_H_
#define KAITO_RUNTIME_CONVERT_MERGE_ADAPTER_H_

// Writes a model with an adapter added to its weights, for servers that know no
// adapters. All weights become bf16, summed in f32 and rounded once; of a model
// in NF4, the numbers that its codes stand for.
//
//   KAITO_ASSIGN_OR_RETURN(const std::vector<std::string> warnings,
//                          MergeAdapter("./phi", "./acme", "./phi-acme", {}));
//
// bf16 has 8 bits: what an adapter adds to a number and is below a 500th of it
// is lost. Serving the adapter beside its base keeps it.

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/runtime/convert/quantize_model.h"

namespace kaito::runtime {

// `output` is new or empty. The adapter's warnings (adapter_directory.h).
// Errors are those of LoadModel() and ReadAdapterDirectory().
absl::StatusOr<std::vector<std::string>> MergeAdapter(
    absl::string_view model, absl::string_view adapter,
    absl::string_view output, const ConvertOptions& options);

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_CONVERT_MERGE_ADAPTER_H_
