#ifndef KAITO_PROVISIONER_SKU_GPU_SKU_H_
#define KAITO_PROVISIONER_SKU_GPU_SKU_H_

// The GPUs of the clouds' instance types, as the clouds publish them. A table:
// what a node really offers is read from the node, which wins where the two
// differ.
//
//   if (const GpuSku* sku = FindGpuSku("standard_nc6s_v3")) {
//     sku->gpus;          // 1
//     sku->memory_bytes;  // 16 GiB, of all its GPUs together
//   }
//
// A type that is not here may still be one that a provider can give.

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace kaito::provisioner {

enum class SkuCloud : uint8_t { kAzure, kAws, kArc };
enum class GpuMaker : uint8_t { kNvidia, kAmd, kAwsNeuron };

struct GpuSku {
  std::string name;  // As the cloud spells it.
  SkuCloud cloud = SkuCloud::kAzure;
  GpuMaker maker = GpuMaker::kNvidia;
  std::string gpu;           // "V100"
  int64_t gpus = 0;          // Of the instance.
  int64_t memory_bytes = 0;  // Of all of them.
  bool local_nvme = false;   // A disk of its own that is fit for weights.

  int64_t memory_bytes_per_gpu() const { return memory_bytes / gpus; }
};

// In any case; nullptr where the table lacks it. Lives for the whole process.
const GpuSku* FindGpuSku(absl::string_view instance_type);

// The whole table, sorted by name.
const std::vector<GpuSku>& GpuSkus();

}  // namespace kaito::provisioner

#endif  // KAITO_PROVISIONER_SKU_GPU_SKU_H_
