// The whole round against an API server's memory, with a small world around it:
// to the end and back, and with a crash before and after each write (F17).
#include "kaito/operator/controller/reconciler.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/config_map.h"
#include "kaito/api/core/controller_revision.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/core/service.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/clock/fake_clock.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/yaml/yaml.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/fake/fake_api_client.h"
#include "kaito/operator/apply/applier.h"
#include "kaito/operator/controller/event_sink.h"
#include "kaito/operator/controller/lagging_reader.h"
#include "kaito/operator/controller/world.h"

namespace kaito::controller {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr absl::string_view kDone =
    R"({"code":0,"reason":"Completed","digest":"sha256:)"
    R"(9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"})";
const kube::ObjectKey kKey = {"default", "workspace-tuning-phi-3"};

// Enough rounds for everything that can happen, and a guard against a loop.
constexpr int kRounds = 40;

json::Value Golden(absl::string_view name) {
  const auto text = ReadFile(absl::StrCat("kaito/api/golden/", name), 1 << 20);
  EXPECT_TRUE(text.ok()) << text.status();
  return yaml::Parse(*text)->value;
}

json::Value NewWorkspace() {
  json::Value workspace = Golden("workspace.yaml");
  workspace["apiVersion"] = "kaito.sh/v1beta1";
  workspace["metadata"].object()->Erase("finalizers");
  return workspace;
}

json::Value PushSecret(absl::string_view value) {
  return json::Object{{"apiVersion", "v1"},
                      {"kind", "Secret"},
                      {"metadata", json::Object{{"name", "registry-push"},
                                                {"namespace", "default"}}},
                      {"data", json::Object{{".dockerconfigjson", value}}}};
}

struct Told final : EventSink {
  void Emit(const api::Workspace&, const Event& event) override {
    lines.push_back(absl::StrCat(event.is_warning ? "Warning " : "Normal ",
                                 event.reason, ": ", event.message));
  }
  std::vector<std::string> lines;
};

// A cluster with an operator, which may be killed.
struct Cluster {
  // A seed: the operator reads from caches that are behind by chance.
  explicit Cluster(std::optional<uint64_t> seed = std::nullopt)
      : api(clock), world(api) {
    if (seed) cache = std::make_unique<LaggingReader>(api, *seed);
    world.termination = std::string(kDone);
    api.Put(WorkspaceResource(), NewWorkspace());
    api.Put(api::Secret::kKind.gvr(), PushSecret("cGxhbnRlZA=="));
    Restart();
  }

  void Restart() {
    if (cache != nullptr) cache->CatchUp();
    reconciler = std::make_unique<Reconciler>(
        clock, api, ReconcilerOptions{.events = &told, .cache = cache.get()});
  }

  absl::StatusOr<absl::Duration> Reconcile() {
    return reconciler->Reconcile(kKey, StopToken());
  }

  // Until nothing is written any more. A failure counts as a crash: the
  // operator starts anew.
  void Settle() {
    int quiet = 0;
    for (int i = 0; i < kRounds && quiet < 3; ++i) {
      const size_t writes = api.writes().size();
      if (!Reconcile().ok()) {
        crashed = false;
        Restart();
        quiet = 0;
      }
      world.Step();
      quiet = api.writes().size() == writes ? quiet + 1 : 0;
      // Nothing is sure to be at rest before the caches show all of it.
      if (cache != nullptr) quiet == 0 ? cache->Step() : cache->CatchUp();
      clock.Advance(absl::Seconds(1));
    }
    EXPECT_EQ(quiet, 3) << "still busy after " << kRounds << " rounds";
  }

  std::string State() const {
    return std::string(
        api.Read(WorkspaceResource(), kKey).StringAt({"status", "state"}));
  }
  std::string Message(absl::string_view type) const {
    const json::Value workspace = api.Read(WorkspaceResource(), kKey);
    const json::Value* list = workspace.FindPath({"status", "conditions"});
    for (const json::Value& c : *list->array()) {
      if (c.StringAt({"type"}) == type) {
        return absl::StrCat(c.StringAt({"reason"}), ": ",
                            c.StringAt({"message"}));
      }
    }
    return "";
  }
  int64_t Count(absl::string_view what) const {
    const std::vector<std::string> writes = api.writes();
    return std::count_if(writes.begin(), writes.end(), [&](const auto& line) {
      return absl::StartsWith(line, what);
    });
  }

  // All that is there, without what no two runs have in common.
  std::string Dump() const;

  FakeClock clock;
  kube::FakeApiClient api;
  World world;
  Told told;
  std::unique_ptr<LaggingReader> cache;
  std::unique_ptr<Reconciler> reconciler;
  bool crashed = false;
};

void Forget(json::Value& value) {
  if (json::Array* items = value.array()) {
    for (json::Value& item : *items) Forget(item);
  }
  if (value.object() == nullptr) return;
  for (const char* name :
       {"uid", "resourceVersion", "creationTimestamp", "lastTransitionTime",
        "updatedAt", "managedFields", "kaito.sh/tuning-result"}) {
    value.object()->Erase(name);
  }
  for (json::Member& member : *value.object()) Forget(member.value);
}

std::string Cluster::Dump() const {
  std::string dump;
  for (const api::GroupVersionResource& gvr :
       {WorkspaceResource(), api::Machine::kKind.gvr(), api::Node::kKind.gvr(),
        api::Job::kKind.gvr(), api::Pod::kKind.gvr(),
        api::Deployment::kKind.gvr(), api::Service::kKind.gvr(),
        api::ConfigMap::kKind.gvr(), api::ControllerRevision::kKind.gvr()}) {
    for (json::Value object : api.ReadAll(gvr)) {
      Forget(object);
      absl::StrAppend(&dump, json::Write(object, {.indent = 1}), "\n");
    }
  }
  return dump;
}

TEST(Reconciler, GoesFromAWorkspaceToATunedModelThatAnswers) {
  Cluster c;
  c.Settle();
  EXPECT_EQ(c.State(), "Ready");
  EXPECT_EQ(c.Count("create machines"), 1);
  EXPECT_EQ(c.Count("create jobs"), 1);
  EXPECT_THAT(c.Message("WorkspaceReady"), HasSubstr("answers at http://"));
  const json::Value deployment = c.api.Read(api::Deployment::kKind.gvr(), kKey);
  EXPECT_EQ(*deployment.Find("spec"), *Golden("deployment.yaml").Find("spec"));
  EXPECT_THAT(c.told.lines,
              AllOf(Contains(HasSubstr("Normal MachineCreated: Machine ws")),
                    Contains(HasSubstr("Normal workspaceReady"))));
  // At rest nothing is written, by a new process too.
  const size_t writes = c.api.writes().size();
  c.Restart();
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(c.Reconcile().ok());
  EXPECT_EQ(c.api.writes().size(), writes);
}

TEST(Reconciler, ShowsEachStageInItsTurn) {
  Cluster c;
  ASSERT_TRUE(c.Reconcile().ok());
  EXPECT_THAT(c.Message("ResourceReady"), HasSubstr("AwaitingReconciliation"));
  ASSERT_TRUE(c.Reconcile().ok());
  EXPECT_THAT(c.Message("ResourceReady"),
              HasSubstr("workspaceResourceStatusNotReady: Waiting for 1 node"));
  c.world.jobs_end = false;
  c.world.Step();
  ASSERT_TRUE(c.Reconcile().ok());
  c.world.Step();
  c.api.SetLog({"default", "workspace-tuning-phi-3-abcde"},
               "noise\nKAITO_PROGRESS {\"v\":1,\"phase\":\"train\",\"step\":3,"
               "\"total_steps\":9,\"epoch\":0.5,\"tokens\":1,"
               "\"peak_memory_bytes\":1}\n");
  const auto again = c.Reconcile();
  ASSERT_TRUE(again.ok());
  EXPECT_LE(*again, absl::Seconds(10));
  EXPECT_EQ(c.State(), "Running");
  const json::Value workspace = c.api.Read(WorkspaceResource(), kKey);
  EXPECT_EQ(*workspace.FindPath({"status", "progress", "step"}),
            json::Value(3));
}

TEST(Reconciler, LeavesNothingBehind) {
  Cluster c;
  c.Settle();
  ASSERT_TRUE(c.api.Delete(WorkspaceResource(), kKey, {}, StopToken()).ok());
  c.Settle();
  EXPECT_TRUE(c.api.Read(WorkspaceResource(), kKey).is_null());
  for (const auto& gvr :
       {api::Machine::kKind.gvr(), api::Node::kKind.gvr(),
        api::Job::kKind.gvr(), api::Deployment::kKind.gvr(),
        api::Service::kKind.gvr(), api::ControllerRevision::kKind.gvr()}) {
    EXPECT_TRUE(c.api.ReadAll(gvr).empty()) << gvr.resource;
  }
  EXPECT_TRUE(c.Reconcile().ok()) << "gone is no error";
}

TEST(Reconciler, StopsAtBadDataAndTriesAgainForANewSecret) {
  Cluster c;
  c.world.exit_code = 4;
  c.world.termination =
      R"({"code":4,"reason":"RegistryRefused","message":"401"})";
  c.Settle();
  EXPECT_EQ(c.State(), "Failed");
  EXPECT_THAT(c.Message("JobStarted"), HasSubstr("RegistryRefused: 401."));
  EXPECT_TRUE(c.api.Read(api::Job::kKind.gvr(), kKey).is_null());
  EXPECT_EQ(c.Count("create jobs"), 1);
  c.world.exit_code = 0;
  c.world.termination = std::string(kDone);
  c.api.Put(api::Secret::kKind.gvr(), PushSecret("b3RoZXI="));
  c.Settle();
  EXPECT_EQ(c.State(), "Ready");
  EXPECT_EQ(c.Count("create jobs"), 2);
  EXPECT_EQ(c.Count("create machines"), 1);
}

TEST(Reconciler, TunesAnewForAnotherSpec) {
  Cluster c;
  c.Settle();
  json::Value workspace = c.api.Read(WorkspaceResource(), kKey);
  workspace["tuning"]["input"]["urls"] =
      json::Array{"https://example.com/other.jsonl"};
  c.api.Put(WorkspaceResource(), workspace);
  c.Settle();
  EXPECT_EQ(c.State(), "Ready");
  EXPECT_EQ(c.Count("create jobs"), 2);
  EXPECT_EQ(c.api.ReadAll(api::ControllerRevision::kKind.gvr()).size(), 2u);
  EXPECT_EQ(
      c.api.Read(api::Deployment::kKind.gvr(), kKey)
          .StringAt({"metadata", "annotations", "workspace.kaito.io/revision"}),
      "2");
}

TEST(Reconciler, MakesANodeAnewThatWasLost) {
  Cluster c;
  c.Settle();
  const std::string machine(c.api.ReadAll(api::Machine::kKind.gvr())
                                .at(0)
                                .StringAt({"metadata", "name"}));
  c.api.Remove(api::Node::kKind.gvr(),
               {"", absl::StrCat("aks-", machine, "-0")});
  c.api.Remove(api::Machine::kKind.gvr(), {"", machine});
  c.Settle();
  EXPECT_EQ(c.State(), "Ready");
  EXPECT_EQ(c.Count("create machines"), 2);
  EXPECT_EQ(c.Count("create jobs"), 1) << "the adapter is stored already";
}

TEST(Reconciler, TellsOfWhatTheServerRefusesAndGoesOnLater) {
  Cluster c;
  c.api.OnCall([](const kube::FakeCall& call) {
    return call.verb == "create" && call.gvr.resource == "machines"
               ? absl::PermissionDeniedError("machines is forbidden")
               : absl::OkStatus();
  });
  ASSERT_TRUE(c.Reconcile().ok());
  const auto again = c.Reconcile();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_GE(*again, absl::Minutes(1));
  EXPECT_THAT(c.Message("ResourceReady"),
              AllOf(HasSubstr("machineFailedCreation: The API server refused "
                              "Machine ws"),
                    HasSubstr(": machines is forbidden.")));
  EXPECT_THAT(c.told.lines,
              Contains(HasSubstr("Warning MachineCreatedFailed")));
  c.api.OnCall(nullptr);
  c.Settle();
  EXPECT_EQ(c.State(), "Ready");
}

TEST(Reconciler, TellsOfAnInvalidWorkspace) {
  Cluster c;
  json::Value workspace = c.api.Read(WorkspaceResource(), kKey);
  workspace["tuning"]["method"] = "dora";
  workspace["tuning"]["preset"]["name"] = "phi-33";
  c.api.Put(WorkspaceResource(), workspace);
  c.Settle();
  EXPECT_EQ(c.State(), "Failed");
  EXPECT_THAT(c.Message("ResourceReady"),
              AllOf(HasSubstr("dora"), HasSubstr("phi-33")));
  EXPECT_EQ(c.Count("create"), 0);
  const auto again = c.Reconcile();
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_LE(*again, absl::Seconds(30)) << "the recipe may be corrected";
}

TEST(Reconciler, WaitsForASecretAndNeverShowsOne) {
  Cluster c;
  c.api.Remove(api::Secret::kKind.gvr(), {"default", "registry-push"});
  c.Settle();
  EXPECT_THAT(c.Message("ResourceReady"), HasSubstr("OutputSecretMissing"));
  EXPECT_EQ(c.Count("create machines"), 0);
  const auto again = c.Reconcile();
  ASSERT_TRUE(again.ok());
  EXPECT_LE(*again, absl::Seconds(30));
  c.api.Put(api::Secret::kKind.gvr(), PushSecret("cGxhbnRlZA=="));
  c.Settle();
  EXPECT_EQ(c.State(), "Ready");
  EXPECT_THAT(c.Dump(), Not(HasSubstr("cGxhbnRlZA==")));
}

// Runs a life from creation to the model that answers, and then its deletion,
// with the operator killed at one write. Returns how many writes there were.
int64_t RunWithCrash(int64_t at, bool after, int exit_code,
                     std::optional<uint64_t> seed, std::string* settled) {
  Cluster c(seed);
  c.world.exit_code = exit_code;
  int64_t writes = 0;
  const auto dies = [&](const kube::FakeCall& call) {
    if (c.crashed) return absl::CancelledError("dead");
    const bool write = call.verb != "get" && call.verb != "list" &&
                       call.verb != "watch" && call.verb != "log";
    if (!write || writes++ != at) return absl::OkStatus();
    c.crashed = true;
    return absl::CancelledError("killed");
  };
  if (after) {
    // Dead processes ask nothing, whatever the point at which they died.
    c.api.OnCall([&](const kube::FakeCall&) {
      return c.crashed ? absl::CancelledError("dead") : absl::OkStatus();
    });
    c.api.OnAnswer(dies);
  } else {
    c.api.OnCall(dies);
  }
  c.Settle();
  *settled = c.Dump();
  EXPECT_EQ(c.State(), exit_code == 0 ? "Ready" : "Failed")
      << "killed at write " << at;
  EXPECT_LE(c.Count("create machines"), 1) << at;
  EXPECT_LE(c.Count("create jobs"), 1) << at;
  EXPECT_LE(c.Count("create controllerrevisions"), 1) << at;
  // By a user, whom the operator's death does not concern.
  c.api.OnAnswer(nullptr);
  c.api.OnCall(nullptr);
  EXPECT_TRUE(c.api.Delete(WorkspaceResource(), kKey, {}, StopToken()).ok());
  if (after) {
    c.api.OnAnswer(dies);
  } else {
    c.api.OnCall(dies);
  }
  c.Settle();
  EXPECT_TRUE(c.api.Read(WorkspaceResource(), kKey).is_null()) << at;
  EXPECT_TRUE(c.api.ReadAll(api::Machine::kKind.gvr()).empty()) << at;
  EXPECT_TRUE(c.api.ReadAll(api::Node::kKind.gvr()).empty()) << at;
  EXPECT_TRUE(c.api.ReadAll(api::Job::kKind.gvr()).empty()) << at;
  return writes;
}

struct Life {
  int exit_code = 0;
  std::optional<uint64_t> seed;  // Of caches that are behind.
};

class KilledAnywhere : public ::testing::TestWithParam<Life> {};

TEST_P(KilledAnywhere, EndsTheSame) {
  const Life& life = GetParam();
  std::string undisturbed;
  const int64_t writes = RunWithCrash(-1, /*after=*/false, life.exit_code,
                                      life.seed, &undisturbed);
  EXPECT_GT(writes, 12);
  for (int64_t at = 0; at < writes; ++at) {
    for (const bool after : {false, true}) {
      SCOPED_TRACE(absl::StrCat("killed ", after ? "after" : "before",
                                " write ", at, " of ", writes));
      std::string settled;
      RunWithCrash(at, after, life.exit_code, life.seed, &settled);
      EXPECT_EQ(settled, undisturbed);
    }
  }
}

// A tuning that ends well, and one whose input is wrong.
INSTANTIATE_TEST_SUITE_P(Reconciler, KilledAnywhere,
                         ::testing::Values(Life{.exit_code = 0},
                                           Life{.exit_code = 2},
                                           Life{.exit_code = 0, .seed = 1},
                                           Life{.exit_code = 2, .seed = 2}));

TEST(Reconciler, DoesNothingTwiceThoughItsCachesAreBehind) {
  Cluster live;
  live.Settle();
  for (uint64_t seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(absl::StrCat("seed ", seed));
    Cluster c(seed);
    c.Settle();
    EXPECT_EQ(c.Dump(), live.Dump());
    EXPECT_EQ(c.Count("create machines"), 1);
    EXPECT_EQ(c.Count("create jobs"), 1);
    // The second tuning, whose Job has the first one's name.
    json::Value workspace = c.api.Read(WorkspaceResource(), kKey);
    workspace["tuning"]["input"]["urls"] =
        json::Array{"https://example.com/other.jsonl"};
    c.api.Put(WorkspaceResource(), workspace);
    c.cache->CatchUp();  // As the event that starts the round does.
    c.Settle();
    EXPECT_EQ(c.State(), "Ready");
    EXPECT_EQ(c.Count("create jobs"), 2);
    EXPECT_EQ(c.Count("create machines"), 1);
  }
}

TEST(Reconciler, AsksTheServerOnlyForWhatNobodyKeepsWhereNothingIsToBeDone) {
  Cluster c(/*seed=*/1);
  c.Settle();
  c.Restart();
  std::vector<std::string> asked;
  c.api.OnCall([&](const kube::FakeCall& call) {
    asked.push_back(absl::StrCat(call.verb, " ", call.gvr.resource));
    return absl::OkStatus();
  });
  ASSERT_TRUE(c.Reconcile().ok());
  for (const std::string& call : asked) {
    EXPECT_THAT(call, AnyOf(Eq("get secrets"), Eq("get configmaps")));
  }
}

}  // namespace
}  // namespace kaito::controller
