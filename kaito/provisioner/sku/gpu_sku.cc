#include "kaito/provisioner/sku/gpu_sku.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace kaito::provisioner {
namespace {

// Types of one cloud that have the same GPUs.
struct Row {
  SkuCloud cloud;
  GpuMaker maker;
  absl::string_view gpu;
  int gpus;
  int memory_gib;  // Of all GPUs; clouds say GB and mean this.
  bool local_nvme;
  absl::string_view names;  // Separated by blanks.
};

constexpr SkuCloud kAzure = SkuCloud::kAzure;
constexpr SkuCloud kAws = SkuCloud::kAws;
constexpr SkuCloud kArc = SkuCloud::kArc;
constexpr GpuMaker kNvidia = GpuMaker::kNvidia;
constexpr GpuMaker kAmd = GpuMaker::kAmd;
constexpr GpuMaker kNeuron = GpuMaker::kAwsNeuron;

// Azure's names come without "Standard_". Retired types stay: people still have
// nodes of them, and the walk-through asks for one.
// clang-format off
constexpr Row kRows[] = {
    {kAzure, kNvidia, "K80", 1, 12, false, "NC6"},
    {kAzure, kNvidia, "K80", 2, 24, false, "NC12"},
    {kAzure, kNvidia, "K80", 4, 48, false, "NC24 NC24r"},
    {kAzure, kNvidia, "P100", 1, 16, false, "NC6s_v2"},
    {kAzure, kNvidia, "P100", 2, 32, false, "NC12s_v2"},
    {kAzure, kNvidia, "P100", 4, 64, false, "NC24s_v2 NC24rs_v2"},
    {kAzure, kNvidia, "V100", 1, 16, false, "NC6s_v3"},
    {kAzure, kNvidia, "V100", 2, 32, false, "NC12s_v3"},
    {kAzure, kNvidia, "V100", 4, 64, false, "NC24s_v3 NC24rs_v3"},
    {kAzure, kNvidia, "V100", 8, 256, false, "ND40rs_v2"},
    {kAzure, kNvidia, "P40", 1, 24, false, "ND6s"},
    {kAzure, kNvidia, "P40", 2, 48, false, "ND12s"},
    {kAzure, kNvidia, "P40", 4, 96, false, "ND24s ND24rs"},
    {kAzure, kNvidia, "M60", 1, 8, false, "NV6 NV12s_v3"},
    {kAzure, kNvidia, "M60", 2, 16, false, "NV12 NV24s_v3"},
    {kAzure, kNvidia, "M60", 4, 32, false, "NV24 NV48s_v3"},
    {kAzure, kAmd, "MI25", 1, 16, false, "NV32as_v4"},
    {kAzure, kAmd, "V620", 1, 32, false, "NG32ads_V620_v1 NG32adms_V620_v1"},
    {kAzure, kNvidia, "T4", 1, 16, false, "NC4as_T4_v3 NC8as_T4_v3 NC16as_T4_v3"},
    {kAzure, kNvidia, "T4", 4, 64, false, "NC64as_T4_v3"},
    {kAzure, kNvidia, "A10", 1, 4, false, "NV6ads_A10_v5"},
    {kAzure, kNvidia, "A10", 1, 8, false, "NV12ads_A10_v5"},
    {kAzure, kNvidia, "A10", 1, 12, false, "NV18ads_A10_v5"},
    {kAzure, kNvidia, "A10", 1, 24, false, "NV36ads_A10_v5 NV36adms_A10_v5"},
    {kAzure, kNvidia, "A10", 2, 48, false, "NV72ads_A10_v5"},
    {kAzure, kNvidia, "A100", 1, 80, true, "NC24ads_A100_v4"},
    {kAzure, kNvidia, "A100", 2, 160, true, "NC48ads_A100_v4"},
    {kAzure, kNvidia, "A100", 4, 320, true, "NC96ads_A100_v4"},
    {kAzure, kNvidia, "A100", 8, 320, false, "ND96asr_v4 ND96asr_A100_v4"},
    {kAzure, kNvidia, "A100", 8, 640, true, "ND96amsr_A100_v4"},
    {kAzure, kNvidia, "H100", 1, 94, true, "NC40ads_H100_v5"},
    {kAzure, kNvidia, "H100", 2, 188, true, "NC80adis_H100_v5"},
    {kAzure, kNvidia, "H100", 8, 640, true, "ND96isr_H100_v5"},
    {kAzure, kNvidia, "H100", 1, 94, false, "NCC40ads_H100_v5"},
    {kAzure, kNvidia, "H200", 8, 1128, true, "ND96isr_H200_v5"},

    {kArc, kNvidia, "T4", 1, 8, false, "NK6"},
    {kArc, kNvidia, "T4", 2, 16, false, "NK12"},
    {kArc, kNvidia, "A2", 1, 16, false, "NC4_A2 NC8_A2"},
    {kArc, kNvidia, "A2", 2, 32, false, "NC16_A2 NC32_A2"},
    {kArc, kNvidia, "A16", 1, 16, false, "NC4_A16 NC8_A16"},
    {kArc, kNvidia, "A16", 2, 32, false, "NC16_A16 NC32_A16"},

    {kAws, kNvidia, "K80", 1, 12, false, "p2.xlarge"},
    {kAws, kNvidia, "K80", 8, 96, false, "p2.8xlarge"},
    {kAws, kNvidia, "K80", 16, 192, false, "p2.16xlarge"},
    {kAws, kNvidia, "V100", 1, 16, false, "p3.2xlarge"},
    {kAws, kNvidia, "V100", 4, 64, false, "p3.8xlarge"},
    {kAws, kNvidia, "V100", 8, 128, false, "p3.16xlarge"},
    {kAws, kNvidia, "V100", 8, 256, false, "p3dn.24xlarge"},
    {kAws, kNvidia, "A100", 8, 320, false, "p4d.24xlarge"},
    {kAws, kNvidia, "A100", 8, 640, false, "p4de.24xlarge"},
    {kAws, kNvidia, "H100", 8, 640, false, "p5.48xlarge"},
    {kAws, kNvidia, "H200", 8, 1128, false, "p5e.48xlarge p5en.48xlarge"},
    {kAws, kNvidia, "L4", 1, 24, false, "g6.xlarge g6.2xlarge g6.4xlarge g6.8xlarge g6.16xlarge gr6.4xlarge gr6.8xlarge"},
    {kAws, kNvidia, "L4", 4, 96, false, "g6.12xlarge g6.24xlarge"},
    {kAws, kNvidia, "L4", 8, 192, false, "g6.48xlarge"},
    {kAws, kNvidia, "A10G", 1, 24, false, "g5.xlarge g5.2xlarge g5.4xlarge g5.8xlarge g5.16xlarge"},
    {kAws, kNvidia, "A10G", 4, 96, false, "g5.12xlarge g5.24xlarge"},
    {kAws, kNvidia, "A10G", 8, 192, false, "g5.48xlarge"},
    {kAws, kNvidia, "T4G", 1, 16, false, "g5g.xlarge g5g.2xlarge g5g.4xlarge g5g.8xlarge"},
    {kAws, kNvidia, "T4G", 2, 32, false, "g5g.16xlarge g5g.metal"},
    {kAws, kNvidia, "T4", 1, 16, false, "g4dn.xlarge g4dn.2xlarge g4dn.4xlarge g4dn.8xlarge g4dn.16xlarge"},
    {kAws, kNvidia, "T4", 4, 64, false, "g4dn.12xlarge"},
    {kAws, kNvidia, "T4", 8, 128, false, "g4dn.metal"},
    {kAws, kAmd, "V520", 1, 8, false, "g4ad.xlarge g4ad.2xlarge g4ad.4xlarge"},
    {kAws, kAmd, "V520", 2, 16, false, "g4ad.8xlarge"},
    {kAws, kAmd, "V520", 4, 32, false, "g4ad.16xlarge"},
    {kAws, kNvidia, "M60", 1, 8, false, "g3s.xlarge g3s.4xlarge"},
    {kAws, kNvidia, "M60", 2, 16, false, "g3s.8xlarge"},
    {kAws, kNvidia, "M60", 4, 32, false, "g3s.16xlarge"},
    {kAws, kNeuron, "Trainium", 1, 32, false, "trn1.2xlarge"},
    {kAws, kNeuron, "Trainium", 16, 512, false, "trn1.32xlarge trn1n.32xlarge"},
    {kAws, kNeuron, "Inferentia2", 1, 32, false, "inf2.xlarge inf2.8xlarge"},
    {kAws, kNeuron, "Inferentia2", 6, 192, false, "inf2.24xlarge"},
    {kAws, kNeuron, "Inferentia2", 12, 384, false, "inf2.48xlarge"},
};
// clang-format on

bool LessByLowerCase(const GpuSku& a, const GpuSku& b) {
  return absl::AsciiStrToLower(a.name) < absl::AsciiStrToLower(b.name);
}

std::vector<GpuSku> BuildTable() {
  std::vector<GpuSku> table;
  for (const Row& row : kRows) {
    for (const absl::string_view name : absl::StrSplit(row.names, ' ')) {
      const bool prefixed = row.cloud != kAws;
      table.push_back({.name = prefixed ? absl::StrCat("Standard_", name)
                                        : std::string(name),
                       .cloud = row.cloud,
                       .maker = row.maker,
                       .gpu = std::string(row.gpu),
                       .gpus = row.gpus,
                       .memory_bytes = int64_t{row.memory_gib} << 30,
                       .local_nvme = row.local_nvme});
    }
  }
  std::sort(table.begin(), table.end(), LessByLowerCase);
  return table;
}

}  // namespace

const std::vector<GpuSku>& GpuSkus() {
  static const auto* table = new std::vector<GpuSku>(BuildTable());
  return *table;
}

const GpuSku* FindGpuSku(absl::string_view instance_type) {
  const std::vector<GpuSku>& table = GpuSkus();
  const GpuSku wanted = {.name = std::string(instance_type)};
  const auto it =
      std::lower_bound(table.begin(), table.end(), wanted, LessByLowerCase);
  if (it == table.end() || LessByLowerCase(wanted, *it)) return nullptr;
  return &*it;
}

}  // namespace kaito::provisioner
