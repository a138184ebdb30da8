// Two copies of the operator over the embedded API server, each with a clock of
// its own: one works, and who loses the lease stops.
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/workspace/crd.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/clock/real_clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/file/temp_dir.h"
#include "kaito/base/json/value.h"
#include "kaito/base/status/status_matchers.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/client/cluster_access.h"
#include "kaito/kube/client/http_api_client.h"
#include "kaito/operator/apply/applier.h"
#include "kaito/operator/controller/workspace_operator.h"
#include "kaito/standalone/apiserver/server/api_server.h"

namespace kaito::controller {
namespace {

using ::kaito::testing::StatusIs;

const api::GroupVersionResource kLeases = {"coordination.k8s.io", "v1",
                                           "leases"};
const kube::ObjectKey kLease = {"default", "kaito-operator"};

json::Value Workspace(absl::string_view name) {
  json::Value workspace =
      json::Object{{"apiVersion", "kaito.sh/v1beta1"}, {"kind", "Workspace"}};
  workspace["metadata"]["name"] = name;
  workspace["metadata"]["namespace"] = "default";
  workspace["resource"]["instanceType"] = "Standard_NC6s_v3";
  workspace["resource"]["labelSelector"]["matchLabels"]["app"] = name;
  workspace["inference"]["preset"]["name"] = "phi-4";
  return workspace;
}

// One copy of the program.
struct Copy {
  FakeClock clock;
  std::unique_ptr<kube::HttpApiClient> client;
  std::unique_ptr<WorkspaceOperator> op;
};

class ElectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    KAITO_ASSERT_OK_AND_ASSIGN(dir_, TempDir::Create("", "kaito-election-"));
    KAITO_ASSERT_OK_AND_ASSIGN(
        server_, apiserver::ApiServer::Start(
                     clock_, {.data_dir = dir_.path(),
                              .definitions = {api::WorkspaceCrd({})}}));
    client_ = Connect(clock_);
  }

  std::unique_ptr<kube::HttpApiClient> Connect(Clock& clock) {
    const apiserver::Credentials& credentials = server_->credentials();
    auto client = kube::HttpApiClient::Connect(
        clock,
        {.server = server_->url(),
         .ca_pem = credentials.authority_pem,
         .client_certificate_pem = credentials.client.certificate_pem,
         .client_key_pem = credentials.client.key_pem},
        {.limit = {.per_second = 10000, .burst = 10000}});
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }

  void Start(Copy& copy, absl::string_view identity) {
    copy.client = Connect(copy.clock);
    OperatorOptions options;
    options.http_port = -1;
    options.reconciler.observer.settings.node_auto_provisioning = false;
    options.election = {.client = copy.client.get(),
                        .lease = kLease,
                        .identity = std::string(identity)};
    KAITO_ASSERT_OK_AND_ASSIGN(
        copy.op, StartOperator(options, *copy.client, copy.clock, StopToken()));
  }

  // By watching, until the object is as it should be.
  template <typename Predicate>
  bool Await(const api::GroupVersionResource& gvr, absl::string_view name,
             Predicate predicate) {
    const StopSource limit(StopToken(), clock_,
                           clock_.NowSteady() + absl::Seconds(60));
    const auto list = client_->List(gvr, "default", {}, limit.token());
    EXPECT_TRUE(list.ok()) << list.status();
    for (const json::Value& item : list->items) {
      if (item.StringAt({"metadata", "name"}) == name && predicate(item)) {
        return true;
      }
    }
    const absl::Status found = client_->Watch(
        gvr, "default", {.resource_version = list->resource_version},
        [&](const kube::WatchEvent& event) {
          return event.object.StringAt({"metadata", "name"}) == name &&
                         predicate(event.object)
                     ? absl::CancelledError("found")
                     : absl::OkStatus();
        },
        limit.token());
    return absl::IsCancelled(found) && !limit.token().stopped();
  }

  bool AwaitHolder(absl::string_view identity) {
    return Await(kLeases, kLease.name, [&](const json::Value& lease) {
      return lease.StringAt({"spec", "holderIdentity"}) == identity;
    });
  }

  std::string Holder() {
    const auto lease = client_->Get(kLeases, kLease, StopToken());
    EXPECT_TRUE(lease.ok()) << lease.status();
    return std::string(lease->StringAt({"spec", "holderIdentity"}));
  }

  // Moves the copy's time on, whatever its threads are doing just now. Each
  // look is a request, which gives them time.
  template <typename Predicate>
  bool MoveUntil(Copy& copy, Predicate predicate) {
    const SteadyTime deadline = clock_.NowSteady() + absl::Seconds(60);
    while (clock_.NowSteady() < deadline) {
      copy.clock.Advance(absl::Milliseconds(500));
      (void)Holder();
      if (predicate()) return true;
    }
    return false;
  }

  // That the operator has taken it up.
  bool AwaitWorkedOn(absl::string_view name) {
    return Await(WorkspaceResource(), name, [](const json::Value& workspace) {
      return workspace.FindPath({"metadata", "finalizers"}) != nullptr;
    });
  }

  void Create(absl::string_view name) {
    const auto created = client_->Create(WorkspaceResource(), "default",
                                         Workspace(name), {}, StopToken());
    EXPECT_TRUE(created.ok()) << created.status();
  }

  RealClock clock_;
  TempDir dir_;
  std::unique_ptr<apiserver::ApiServer> server_;
  std::unique_ptr<kube::HttpApiClient> client_;
};

TEST_F(ElectionTest, OneWorksAndTheOtherTakesOverWhatIsGivenBack) {
  Copy first;
  Copy second;
  Start(first, "first");
  ASSERT_TRUE(AwaitHolder("first"));
  Start(second, "second");
  Create("a");
  EXPECT_TRUE(AwaitWorkedOn("a"));
  EXPECT_TRUE(first.op->leading());
  EXPECT_FALSE(second.op->leading());
  EXPECT_TRUE(second.op->ready()) << "a copy that waits holds up no rollout";
  // A clean end gives the lease back; the next try finds it free.
  first.op->Stop();
  ASSERT_TRUE(AwaitHolder(""));
  ASSERT_TRUE(MoveUntil(second, [&] { return Holder() == "second"; }));
  Create("b");
  EXPECT_TRUE(AwaitWorkedOn("b"));
  EXPECT_TRUE(second.op->leading());
  second.op->Stop();
}

TEST_F(ElectionTest, WhoLosesTheLeaseStopsWriting) {
  Copy copy;
  Start(copy, "copy");
  ASSERT_TRUE(AwaitHolder("copy"));
  Create("a");
  ASSERT_TRUE(AwaitWorkedOn("a"));
  // Someone else holds it, as after a partition of the network.
  KAITO_ASSERT_OK_AND_ASSIGN(json::Value lease,
                             client_->Get(kLeases, kLease, StopToken()));
  lease["spec"]["holderIdentity"] = "thief";
  KAITO_ASSERT_OK(client_->Update(kLeases, kLease, lease, {}, StopToken()));
  ASSERT_TRUE(MoveUntil(copy, [&] { return !copy.op->leading(); }));
  EXPECT_THAT(copy.op->Wait(StopToken()), StatusIs(absl::StatusCode::kAborted));
  EXPECT_FALSE(copy.op->leading());
  Create("b");
  copy.op->Stop();
  KAITO_ASSERT_OK_AND_ASSIGN(
      const json::Value workspace,
      client_->Get(WorkspaceResource(), {"default", "b"}, StopToken()));
  EXPECT_EQ(workspace.FindPath({"metadata", "finalizers"}), nullptr);
  EXPECT_EQ(Holder(), "thief") << "what is not ours is not given back";
}

}  // namespace
}  // namespace kaito::controller
