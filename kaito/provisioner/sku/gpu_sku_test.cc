#include "kaito/provisioner/sku/gpu_sku.h"

#include <cstdint>
#include <set>
#include <string>

#include "absl/strings/ascii.h"
#include "gtest/gtest.h"

namespace kaito::provisioner {
namespace {

constexpr int64_t kGib = int64_t{1} << 30;

TEST(FindGpuSku, KnowsTheTypesThatExamplesName) {
  const GpuSku* v100 = FindGpuSku("Standard_NC6s_v3");
  ASSERT_NE(v100, nullptr);
  EXPECT_EQ(v100->gpu, "V100");
  EXPECT_EQ(v100->gpus, 1);
  EXPECT_EQ(v100->memory_bytes, 16 * kGib);
  const GpuSku* a100 = FindGpuSku("Standard_NC96ads_A100_v4");
  ASSERT_NE(a100, nullptr);
  EXPECT_EQ(a100->memory_bytes_per_gpu(), 80 * kGib);
  EXPECT_TRUE(a100->local_nvme);
  const GpuSku* h200 = FindGpuSku("p5e.48xlarge");
  ASSERT_NE(h200, nullptr);
  EXPECT_EQ(h200->cloud, SkuCloud::kAws);
  EXPECT_EQ(h200->memory_bytes, 1128 * kGib);
}

TEST(FindGpuSku, IgnoresCase) {
  EXPECT_EQ(FindGpuSku("STANDARD_nc6S_V3"), FindGpuSku("Standard_NC6s_v3"));
  EXPECT_NE(FindGpuSku("P5.48XLARGE"), nullptr);
}

TEST(FindGpuSku, KnowsNoOthers) {
  for (const char* name : {"", "Standard_NC6s_v33", "NC6s_v3", "Standard_"}) {
    EXPECT_EQ(FindGpuSku(name), nullptr) << name;
  }
}

TEST(GpuSkus, HaveGpusAndMemoryAndOneEntryEach) {
  std::set<std::string> names;
  for (const GpuSku& sku : GpuSkus()) {
    EXPECT_TRUE(names.insert(absl::AsciiStrToLower(sku.name)).second)
        << sku.name;
    EXPECT_GT(sku.gpus, 0) << sku.name;
    EXPECT_GE(sku.memory_bytes_per_gpu(), 4 * kGib) << sku.name;
    EXPECT_FALSE(sku.gpu.empty()) << sku.name;
  }
  EXPECT_GT(names.size(), 100u);
}

}  // namespace
}  // namespace kaito::provisioner
