#ifndef KAITO_KERNELS_DECODE_ATTENTION_PAGED_KV_H_
#define KAITO_KERNELS_DECODE_ATTENTION_PAGED_KV_H_

// The checks of a PagedKv, for the operations on it.
//
//   KAITO_RETURN_IF_ERROR(CheckPagedKv(params.kv, where));

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "kaito/kernels/decode_attention/paged_kv_params.h"

namespace kaito::kernels {

// InvalidArgument where a size is outside what PagedKv states, a pointer is
// null, lengths and starts contradict each other, or a sequence needs a block
// that its table or the cache does not have. Looks at every sequence's table,
// on the CPU.
absl::Status CheckPagedKv(const PagedKv& kv, absl::string_view where);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_DECODE_ATTENTION_PAGED_KV_H_
