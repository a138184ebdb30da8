#include "kaito/provisioner/local/local_provider.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/provisioner/local/node_host.h"
#include "kaito/provisioner/types/provider.h"

namespace kaito::provisioner {
namespace {

using ::kaito::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two claims, and what was asked of it.
class FakeHost final : public NodeHost {
 public:
  absl::StatusOr<HostedNode> Add(const InstanceRequest& request) override {
    if (request.claim == "bad") return absl::InvalidArgumentError("bad name");
    HostedNode node = {.claim = request.claim,
                       .node_name = nodes_.empty() ? "laptop" : "laptop-2",
                       .provider_id = absl::StrCat("id of ", request.claim)};
    nodes_.push_back(node);
    return node;
  }
  absl::Status Remove(absl::string_view claim, const StopToken&) override {
    return claim == "ws1" ? absl::OkStatus() : absl::NotFoundError("gone");
  }
  std::vector<HostedNode> List() override { return nodes_; }

 private:
  std::vector<HostedNode> nodes_;
};

TEST(LocalProvider, GivesEachClaimANodeOfItsHost) {
  FakeHost host;
  LocalProvider provider(
      {.node_name = "laptop", .machine = "8 CPUs, no GPU", .host = &host});
  EXPECT_TRUE(provider.KeepsNode("laptop"));
  EXPECT_FALSE(provider.KeepsNode("laptop-2"));
  KAITO_ASSERT_OK_AND_ASSIGN(const Instance first,
                             provider.Create({.claim = "ws1"}, StopToken()));
  EXPECT_EQ(first.node_name, "laptop");
  EXPECT_EQ(first.provider_id, "id of ws1");
  KAITO_ASSERT_OK_AND_ASSIGN(
      const Instance second,
      provider.Create({.claim = "ws2", .instance_type = "T"}, StopToken()));
  EXPECT_EQ(second.node_name, "laptop-2");
  EXPECT_EQ(second.note,
            "This machine, as node laptop-2, stands in for T; it really has: "
            "8 CPUs, no GPU, which it shares with node laptop");
  EXPECT_THAT(provider.Create({.claim = "bad"}, StopToken()),
              StatusIs(absl::StatusCode::kInvalidArgument));
  KAITO_ASSERT_OK_AND_ASSIGN(const std::vector<Instance> list,
                             provider.List(StopToken()));
  ASSERT_EQ(list.size(), 2u);
  EXPECT_EQ(list[1].claim, "ws2");
  KAITO_EXPECT_OK(provider.Delete("ws1", StopToken()));
  EXPECT_THAT(provider.Delete("ws3", StopToken()),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(LocalProvider, WithoutAHostIsTheNodeOfEveryClaim) {
  LocalProvider provider({.node_name = "laptop", .machine = "8 CPUs, no GPU"});
  EXPECT_TRUE(provider.KeepsNode("laptop"));
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
