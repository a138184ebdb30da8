#ifndef KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_CPU_H_
#define KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_CPU_H_

// The CPU's version, for nf4_matmul.cc alone; everyone else calls nf4_matmul.h.

#include <cstdint>

#include "kaito/kernels/nf4_matmul/nf4_matmul_params.h"
#include "kaito/kernels/parallel/workers.h"

namespace kaito::kernels {

int64_t Nf4MatmulCpuWorkspaceBytes(Nf4Product product, int64_t m, int64_t n,
                                   int64_t k, int64_t workers,
                                   Nf4Method method);

// `params` have been checked; m, n and k are above 0; `workers` may be null.
void Nf4MatmulCpu(const Nf4MatmulParams& params, Nf4Product product,
                  Workers* workers);

// Its parts: few tokens (nf4_dot_cpu.cc), and many (nf4_panels_cpu.cc).
// `workspace` is aligned to 64 bytes.
void Nf4DotCpu(const Nf4MatmulParams& params, float* workspace,
               Workers* workers);
void Nf4PanelsCpu(const Nf4MatmulParams& params, Nf4Product product,
                  float* workspace, Workers* workers);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_NF4_MATMUL_NF4_MATMUL_CPU_H_
