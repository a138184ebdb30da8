#include "kaito/kernels/nf4_matmul/nf4_matmul_cpu.h"

#include "kaito/kernels/nf4_matmul/nf4_matmul_plan.h"

namespace kaito::kernels {

int64_t Nf4MatmulCpuWorkspaceBytes(Nf4Product product, int64_t m, int64_t n,
                                   int64_t k, int64_t workers,
                                   Nf4Method method) {
  return WorkspaceBytes(PlanNf4Matmul(product, m, n, k, method), workers);
}

void Nf4MatmulCpu(const Nf4MatmulParams& params, Nf4Product product,
                  Workers* workers) {
  const auto address = reinterpret_cast<uintptr_t>(params.workspace);
  float* const workspace = reinterpret_cast<float*>((address + 63) / 64 * 64);
  if (PlanNf4Matmul(product, params.m, params.n, params.k, params.method).dot) {
    Nf4DotCpu(params, workspace, workers);
  } else {
    Nf4PanelsCpu(params, product, workspace, workers);
  }
}

}  // namespace kaito::kernels
