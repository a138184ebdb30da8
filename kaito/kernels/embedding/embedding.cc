#include "kaito/kernels/embedding/embedding.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/arguments.h"
#include "kaito/kernels/embedding/embedding_cpu.h"
#include "kaito/kernels/stream.h"
#include "kaito/kernels/types.h"

namespace kaito::kernels {

absl::Status Embedding(const EmbeddingParams& params, Stream stream) {
  const auto where = [&] {
    return absl::StrCat("embedding(tokens=", params.tokens,
                        ", columns=", params.columns,
                        ", vocabulary=", params.vocabulary, ", ",
                        NameOf(params.table_type), ", ", stream.Name(), ")");
  };
  KAITO_RETURN_IF_ERROR(CheckSizes(
      {{"tokens", params.tokens}, {"columns", params.columns}}, where));
  KAITO_RETURN_IF_ERROR(CheckSizes(
      {{"vocabulary", params.vocabulary}, {"columns", params.columns}}, where));
  if (params.table_type == FloatType::kFp16) {
    return absl::InvalidArgumentError(
        absl::StrCat(where(), ": tables are f32 or bf16"));
  }
  KAITO_RETURN_IF_ERROR(
      CheckBuffers({{"table", params.table, params.vocabulary * params.columns,
                     BytesOf(params.table_type)},
                    {"ids", params.ids, params.tokens},
                    {"out", params.out, params.tokens * params.columns}},
                   where));
  KAITO_RETURN_IF_ERROR(CheckOnCpu(stream, where));
  for (int64_t i = 0; i < params.tokens; ++i) {
    if (params.ids[i] >= 0 && params.ids[i] < params.vocabulary) continue;
    return absl::InvalidArgumentError(
        absl::StrCat(where(), ": the id of token ", i, " is ", params.ids[i],
                     ", which is no row of the table"));
  }
  EmbeddingCpu(params, stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels
