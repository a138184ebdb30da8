#include "kaito/provisioner/local/local_provider.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/provisioner/types/provider.h"

namespace kaito::provisioner {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(LocalProvider, IsTheNodeOfEveryClaimAndSaysWhatItReallyIs) {
  LocalProvider provider({.node_name = "laptop", .machine = "8 CPUs, no GPU"});
  EXPECT_TRUE(provider.nodes_are_shared());
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Instance instance,
      provider.Create({.claim = "ws1", .instance_type = "Standard_NC12s_v3"},
                      StopToken()));
  EXPECT_EQ(instance.claim, "ws1");
  EXPECT_EQ(instance.node_name, "laptop");
  EXPECT_THAT(instance.note,
              AllOf(HasSubstr("laptop"), HasSubstr("Standard_NC12s_v3"),
                    HasSubstr("8 CPUs, no GPU")));
  KAITO_ASSERT_OK_AND_ASSIGN(const Instance other,
                             provider.Create({.claim = "ws2"}, StopToken()));
  EXPECT_EQ(other.provider_id, instance.provider_id);
  EXPECT_THAT(provider.Delete("ws1", StopToken()),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(*provider.List(StopToken()), IsEmpty());
}

TEST(DescribeThisMachine, CountsCpusMemoryAndGpus) {
  KAITO_ASSERT_OK_AND_ASSIGN(const TempDir dir,
                             TempDir::Create(::testing::TempDir()));
  const std::string& root = dir.path();
  EXPECT_EQ(DescribeThisMachine(root), "0 CPUs, 0 GiB of memory, no GPU");
  for (const char* gpu : {"0000:01:00.0", "0000:02:00.0"}) {
    KAITO_ASSERT_OK(
        MakeDirs(absl::StrCat(root, "/proc/driver/nvidia/gpus/", gpu)));
  }
  KAITO_ASSERT_OK(
      WriteFileAtomic(absl::StrCat(root, "/proc/cpuinfo"),
                      "processor\t: 0\nflags\t: x\n\nprocessor\t: 1\n"));
  KAITO_ASSERT_OK(
      WriteFileAtomic(absl::StrCat(root, "/proc/meminfo"),
                      "MemTotal:       33554432 kB\nMemFree: 1 kB\n"));
  EXPECT_EQ(DescribeThisMachine(root), "2 CPUs, 32 GiB of memory, 2 GPUs");
}

}  // namespace
}  // namespace kaito::provisioner
