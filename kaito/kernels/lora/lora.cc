#include "kaito/kernels/lora/lora.h"

#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/kernels/arguments.h"
#include "kaito/kernels/lora/lora_cpu.h"
#include "kaito/kernels/stream.h"

namespace kaito::kernels {
namespace {

absl::Status CheckRank(int64_t rank, Where where) {
  if (rank >= 1 && rank <= kLoraMaxRank) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(where(), ": rank is ", rank, ", want 1 to ", kLoraMaxRank));
}

absl::Status CheckGroups(const LoraParams& params, Where where) {
  int64_t next = 0;
  for (int64_t i = 0; i < params.group_count; ++i) {
    const LoraGroup& group = params.groups[i];
    const auto group_where = [&] {
      return absl::StrCat(where(), ": group ", i);
    };
    KAITO_RETURN_IF_ERROR(CheckRank(group.rank, group_where));
    if (group.rank > params.t_stride) {
      return absl::InvalidArgumentError(
          absl::StrCat(group_where(), ": rank ", group.rank,
                       " is above t_stride ", params.t_stride));
    }
    if (group.row_begin < next || group.row_end < group.row_begin ||
        group.row_end > params.rows) {
      return absl::InvalidArgumentError(absl::StrCat(
          group_where(), ": rows ", group.row_begin, " to ", group.row_end,
          " overlap the group before, or leave the matrix"));
    }
    next = group.row_end;
    const int64_t rows = group.row_end - group.row_begin;
    if (rows == 0) continue;
    KAITO_RETURN_IF_ERROR(
        CheckBuffers({{"a", group.a, group.rank * params.inputs},
                      {"b", group.b, group.rank * params.outputs}},
                     group_where));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Lora(const LoraParams& params, Stream stream) {
  const auto where = [&] {
    return absl::StrCat("lora(rows=", params.rows, ", inputs=", params.inputs,
                        ", outputs=", params.outputs,
                        ", groups=", params.group_count, ", ", stream.Name(),
                        ")");
  };
  KAITO_RETURN_IF_ERROR(
      CheckSizes({{"rows", params.rows}, {"inputs", params.inputs}}, where));
  KAITO_RETURN_IF_ERROR(
      CheckSizes({{"rows", params.rows}, {"outputs", params.outputs}}, where));
  KAITO_RETURN_IF_ERROR(CheckSizes({{"group_count", params.group_count},
                                    {"rows", params.rows},
                                    {"t_stride", params.t_stride}},
                                   where));
  KAITO_RETURN_IF_ERROR(
      CheckBuffers({{"x", params.x, params.rows * params.inputs},
                    {"groups", params.groups, params.group_count, 8},
                    {"t", params.t, params.rows * params.t_stride},
                    {"y", params.y, params.rows * params.outputs}},
                   where));
  KAITO_RETURN_IF_ERROR(CheckGroups(params, where));
  KAITO_RETURN_IF_ERROR(CheckOnCpu(stream, where));
  LoraCpu(params, stream.workers());
  return absl::OkStatus();
}

absl::Status LoraBackward(const LoraBackwardParams& params, Stream stream) {
  const auto where = [&] {
    return absl::StrCat("lora_backward(rows=", params.rows,
                        ", inputs=", params.inputs,
                        ", outputs=", params.outputs, ", rank=", params.rank,
                        ", ", stream.Name(), ")");
  };
  KAITO_RETURN_IF_ERROR(
      CheckSizes({{"rows", params.rows}, {"inputs", params.inputs}}, where));
  KAITO_RETURN_IF_ERROR(
      CheckSizes({{"rows", params.rows}, {"outputs", params.outputs}}, where));
  KAITO_RETURN_IF_ERROR(CheckRank(params.rank, where));
  KAITO_RETURN_IF_ERROR(
      CheckBuffers({{"x", params.x, params.rows * params.inputs},
                    {"t", params.t, params.rows * params.rank},
                    {"dy", params.dy, params.rows * params.outputs},
                    {"a", params.a, params.rank * params.inputs},
                    {"b", params.b, params.rank * params.outputs},
                    {"dt", params.dt, params.rows * params.rank},
                    {"da", params.da, params.rank * params.inputs},
                    {"db", params.db, params.rank * params.outputs}},
                   where));
  KAITO_RETURN_IF_ERROR(CheckOnCpu(stream, where));
  LoraBackwardCpu(params, stream.workers());
  return absl::OkStatus();
}

}  // namespace kaito::kernels
