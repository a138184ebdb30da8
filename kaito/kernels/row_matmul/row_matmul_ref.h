#ifndef KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_REF_H_
#define KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_REF_H_

// The reference: plain loops in double.

#include "kaito/kernels/row_matmul/row_matmul_params.h"

namespace kaito::kernels {

// The weight is double, whatever w_type says.
void RowMatmulRef(const RowMatmulParamsOf<double>& params);

}  // namespace kaito::kernels

#endif  // KAITO_KERNELS_ROW_MATMUL_ROW_MATMUL_REF_H_
