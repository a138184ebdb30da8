#ifndef KAITO_KERNELS_KV_APPEND_KV_APPEND_CPU_H_
#define KAITO_KERNELS_KV_APPEND_KV_APPEND_CPU_H_

// The CPU's version, for kv_append.cc alone; everyone else calls KvAppend()
// (kv_append.h). Plain loops and no reference beside them: a step moves
// kilobytes where the same step's weights are gigabytes.

#include "kaito/kernels/kv_append/kv_append_params.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {

// `params` have been checked; `workers` may be null.
void KvAppendCpu(const KvAppendParams& params, Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_KV_APPEND_KV_APPEND_CPU_H_
