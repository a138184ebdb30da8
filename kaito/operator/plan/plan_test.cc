// Planning, case by case: what the cluster looks like, and which steps follow.
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/core/controller_revision.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/covers.h"
#include "kaito/operator/plan/make_plan.h"
#include "kaito/operator/plan/scenario.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/plan/step.h"
#include "kaito/operator/plan/tuning_result.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// "create Machine", "delete Job": each step without its name and reason.
std::vector<std::string> Steps(const Plan& plan) {
  std::vector<std::string> steps;
  for (const Step& step : plan.steps) {
    const std::string text = step.ToString();
    if (step.action == Step::Action::kWait) {
      steps.push_back("wait");
      continue;
    }
    const size_t first = text.find(' ');
    steps.push_back(text.substr(0, text.find(' ', first + 1)));
  }
  return steps;
}

// After the revision is written down.
Scenario Begun() {
  Scenario s = Scenario::WalkThrough();
  s.RecordRevisionAndResult();
  return s;
}

TEST(MakePlan, AsksForANodeFirst) {
  const Plan plan = Scenario::WalkThrough().MakePlan();
  EXPECT_EQ(plan.ToString(),
            "create ControllerRevision workspace-tuning-phi-3-7b06e: revision "
            "1\n"
            "patch Workspace workspace-tuning-phi-3: revision 1\n"
            "create Machine ws438ba4156: node 1 of 1\n"
            "wait: Waiting for 1 node of type Standard_NC6s_v3: Machine "
            "ws438ba4156 is not launched yet.\n");
  EXPECT_EQ(plan.steps[2].object, GoldenFile("machine.yaml"));
}

TEST(MakePlan, AddsTheFinalizerBeforeAllElse) {
  api::Workspace workspace = Scenario::WalkThrough().workspace;
  workspace.metadata.finalizers = {"other/one"};
  const Plan plan = MakeAcceptancePlan(workspace);
  ASSERT_THAT(Steps(plan), ElementsAre("patch Workspace"));
  EXPECT_EQ(*plan.steps[0].object.FindPath({"metadata", "finalizers"}),
            (json::Array{"other/one", "workspace.finalizer.kaito.sh"}));
}

TEST(MakePlan, WaitsForAClaimThatIsThere) {
  Scenario s = Begun();
  s.AddClaim("quota exceeded for NCSv3");
  const Plan plan = s.MakePlan();
  EXPECT_FALSE(plan.writes());
  EXPECT_THAT(plan.ToString(), HasSubstr("quota exceeded for NCSv3"));
}

TEST(MakePlan, AsksAgainUnderAnotherNameWhileAClaimGoes) {
  Scenario s = Begun();
  s.AddClaim();
  s.snapshot.claims[0].deleting = true;
  const Plan plan = s.MakePlan();
  ASSERT_THAT(Steps(plan), ElementsAre("create Machine", "wait"));
  EXPECT_NE(plan.steps[0].name, s.snapshot.claims[0].name);
}

TEST(MakePlan, AsksForAsManyNodesAsAreMissing) {
  Scenario s = Scenario::Inference("{preset: {name: phi-4}}");
  s.workspace.resource.count = 3;
  s.RecordRevisionAndResult();
  s.AddNode().memory_bytes_per_gpu = int64_t{80} << 30;
  s.AddClaim();
  EXPECT_THAT(Steps(s.MakePlan()), ElementsAre("create Machine", "wait"));
}

TEST(MakePlan, CreatesNoNodesWhereTheyAreTheUsers) {
  Scenario s = Begun();
  s.settings.node_auto_provisioning = false;
  const Plan plan = s.MakePlan();
  EXPECT_FALSE(plan.writes());
  EXPECT_THAT(plan.ToString(), HasSubstr("label"));
}

TEST(MakePlan, PrefersNodesByName) {
  Scenario s = Scenario::Inference("{preset: {name: phi-4}}");
  s.AddNode();
  ObservedNode own = s.snapshot.nodes[0];
  own.name = "z-own";
  own.instance_type = "metal";
  own.created_by_claim = false;
  s.snapshot.nodes.push_back(own);
  EXPECT_EQ(s.Assess().nodes.selected[0].name, s.snapshot.nodes[0].name);
  s.workspace.resource.preferred_nodes = {"z-own"};
  EXPECT_EQ(s.Assess().nodes.selected[0].name, "z-own");
}

// What keeps a tuning from being started, and that nothing is paid for.
struct Blocked {
  const char* name;
  void (*change)(Scenario&);
  const char* reason;
  const char* message;
};

class BlockedTuning : public ::testing::TestWithParam<Blocked> {};

TEST_P(BlockedTuning, MakesNoNodeAndSaysWhy) {
  Scenario s = Scenario::WalkThrough();
  GetParam().change(s);
  s.RecordRevisionAndResult();
  const Plan plan = s.MakePlan();
  EXPECT_FALSE(plan.writes()) << plan.ToString();
  const Assessment a = s.Assess();
  ASSERT_TRUE(a.obstacle.has_value());
  EXPECT_EQ(a.obstacle->reason, GetParam().reason);
  EXPECT_THAT(a.obstacle->message, HasSubstr(GetParam().message));
  EXPECT_EQ(plan.requeue_after == absl::InfiniteDuration(),
            a.obstacle->is_final());
}

INSTANTIATE_TEST_SUITE_P(
    MakePlan, BlockedTuning,
    ::testing::Values(
        Blocked{"Placeholder",
                [](Scenario& s) {
                  s.workspace.tuning->output->image =
                      "ACR_REPO_HERE.azurecr.io/IMAGE_NAME_HERE:0.0.1";
                },
                "OutputImageInvalid", "placeholder"},
        Blocked{"BadImage",
                [](Scenario& s) {
                  s.workspace.tuning->output->image = "r.example.com/A/b:1";
                },
                "OutputImageInvalid", "lower case"},
        Blocked{"NoSecret", [](Scenario& s) { s.snapshot.secrets.clear(); },
                "OutputSecretMissing", "no Secret \"registry-push\""},
        Blocked{"SecretOfOtherKind",
                [](Scenario& s) {
                  s.snapshot.secrets["registry-push"].has_key = false;
                },
                "OutputSecretMissing", ".dockerconfigjson"},
        Blocked{"SecretThatCannotBe",
                [](Scenario& s) {
                  s.workspace.tuning->output->image_push_secret =
                      "ACR_REGISTRY_SECRET_HERE";
                },
                "OutputSecretMissing", "no Secret can be called"},
        Blocked{"NoConfigMap",
                [](Scenario& s) { s.workspace.tuning->config = "recipe"; },
                "workspaceResourceStatusFailed", "no ConfigMap \"recipe\""},
        Blocked{
            "NoDataSecret",
            [](Scenario& s) {
              s.workspace.metadata.annotations["kaito.sh/data-access-secret"] =
                  "hub";
            },
            "workspaceResourceStatusFailed", "no Secret \"hub\""},
        Blocked{"NoWeights",
                [](Scenario& s) {
                  s.settings.preset_registry.clear();
                  s.settings.hub_downloads = false;
                },
                "WeightsMissing", "downloads are off"},
        Blocked{"ForeignJob",
                [](Scenario& s) {
                  s.snapshot.job = json::Object{
                      {"kind", "Job"},
                      {"metadata", json::Object{{"name", "mine"}}}};
                },
                "workspaceResourceStatusFailed", "does not belong"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(MakePlan, OnThisMachineShowsTheNodeBeforeItMissesWeights) {
  Scenario s = Begun();
  s.settings = {
      .preset_registry = "", .hub_downloads = false, .standalone = true};
  s.snapshot.local_weights.looked_at = {"/data/models/phi"};
  EXPECT_THAT(Steps(s.MakePlan()), ElementsAre("create Machine", "wait"));
  s.AddNode();
  const Plan plan = s.MakePlan();
  EXPECT_FALSE(plan.writes());
  EXPECT_THAT(plan.ToString(), HasSubstr("/data/models/phi"));
}

TEST(MakePlan, StartsTheJobWhenTheNodeIsReady) {
  Scenario s = Begun();
  s.AddNode();
  const Plan plan = s.MakePlan();
  EXPECT_THAT(Steps(plan), ElementsAre("apply Service", "apply Service",
                                       "apply ConfigMap", "create Job"));
  EXPECT_EQ(plan.steps[3].object, GoldenFile("job.yaml"));
  EXPECT_LE(plan.requeue_after, absl::Seconds(10));
}

TEST(MakePlan, AsksForNoGpuThatTheNodeLacks) {
  Scenario s = Begun();
  s.AddNode().gpus = 0;
  EXPECT_EQ(s.Assess().obstacle->reason, "NodePluginsNotReady");
  s.workspace.tuning->preset->name = "tiny-phi-3-instruct";
  s.snapshot.local_weights.place = "/models/tiny";
  EXPECT_FALSE(s.Assess().obstacle.has_value());
  EXPECT_EQ(s.Assess().workload.gpus.count, 0);
  s.snapshot.nodes[0].gpus = 8;
  EXPECT_EQ(s.Assess().workload.gpus.count, 1) << "no more than the type has";
}

TEST(MakePlan, FailsOnlyForMemoryThatTheNodeReallyLacks) {
  Scenario s = Begun();
  s.AddNode().memory_bytes_per_gpu = int64_t{2} << 30;
  const Assessment a = s.Assess();
  ASSERT_TRUE(a.obstacle.has_value());
  EXPECT_TRUE(a.obstacle->is_final());
  EXPECT_THAT(a.obstacle->message, HasSubstr("has 2.0 GiB"));
  EXPECT_FALSE(s.MakePlan().writes());
  EXPECT_LE(s.MakePlan().requeue_after, kLookAgain) << "the recipe may change";
  s.workspace.metadata.annotations["kaito.sh/bypass-resource-checks"] = "";
  EXPECT_FALSE(s.Assess().obstacle.has_value());
}

TEST(MakePlan, DoesNothingWhileTheJobRuns) {
  Scenario s = Begun();
  s.AddNode();
  s.AddServices();
  s.AddJob({.running = true});
  const Plan plan = s.MakePlan();
  EXPECT_FALSE(plan.writes()) << plan.ToString();
  EXPECT_LE(plan.requeue_after, absl::Seconds(10));
}

TEST(MakePlan, RecordsTheResultThenServesIt) {
  Scenario s = Begun();
  s.Tuned();
  s.workspace.metadata.annotations.erase(std::string(kTuningResultAnnotation));
  EXPECT_THAT(Steps(s.MakePlan()),
              ElementsAre("patch Workspace", "apply Deployment", "wait"));
  s.RecordRevisionAndResult();
  // The Job and its pods may go: the result is known.
  s.snapshot.job.reset();
  s.snapshot.pods.clear();
  const Plan plan = s.MakePlan();
  ASSERT_THAT(Steps(plan), ElementsAre("apply Deployment", "wait"));
  EXPECT_EQ(plan.steps[0].object, GoldenFile("deployment.yaml"));
}

TEST(MakePlan, WritesNothingAtRest) {
  Scenario s = Scenario::WalkThrough();
  s.Tuned();
  s.AddDeployment(/*ready=*/true);
  const Plan plan = s.MakePlan();
  EXPECT_THAT(plan.steps, IsEmpty()) << plan.ToString();
  EXPECT_EQ(plan.requeue_after, absl::InfiniteDuration());
}

TEST(MakePlan, DoesNotTuneAgainForANewSecret) {
  Scenario s = Scenario::WalkThrough();
  s.Tuned();
  s.AddDeployment(/*ready=*/true);
  s.snapshot.secrets["registry-push"].version = "2";
  EXPECT_THAT(s.MakePlan().steps, IsEmpty());
}

TEST(MakePlan, LeavesServingAloneWhileTheNodeOffersNoGpu) {
  Scenario s = Scenario::WalkThrough();
  s.Tuned();
  s.AddDeployment(/*ready=*/true);
  s.snapshot.nodes[0].gpus = 0;
  EXPECT_FALSE(s.MakePlan().writes());
}

TEST(MakePlan, ReleasesTheNodeWhereNothingIsServed) {
  Scenario s = Scenario::WalkThrough();
  s.Tuned();
  s.AddDeployment(/*ready=*/true);
  s.workspace.metadata.annotations["kaito.sh/serve-after-tuning"] = "False";
  EXPECT_THAT(Steps(s.MakePlan()),
              ElementsAre("delete Service", "delete Service",
                          "delete Deployment", "wait"));
  s.snapshot.service.reset();
  s.snapshot.headless_service.reset();
  s.snapshot.deployment.reset();
  EXPECT_THAT(Steps(s.MakePlan()), ElementsAre("delete Machine", "wait"));
  s.snapshot.claims.clear();
  s.snapshot.nodes.clear();
  EXPECT_THAT(s.MakePlan().steps, IsEmpty());
}

constexpr absl::string_view kUnusable =
    R"({"code":2,"reason":"DataUnusable","message":"no row","remedy":"Fix it"})";

TEST(MakePlan, StopsAJobThatCannotSucceedUntilSomethingChanges) {
  for (const int code : {2, 3, 4}) {
    for (const bool again : {false, true}) {
      Scenario s = Begun();
      s.AddNode();
      s.AddServices();
      s.AddJob({.exit_code = code,
                .again = again,
                .message = std::string(kUnusable)});
      const Plan plan = s.MakePlan();
      ASSERT_THAT(Steps(plan), ElementsAre("patch Workspace", "delete Job"))
          << code;
      EXPECT_EQ(plan.steps[1].uid, "job-uid");
      s.RecordRevisionAndResult();
      EXPECT_THAT(Steps(s.MakePlan()), ElementsAre("delete Job"));
      s.snapshot.job.reset();
      s.snapshot.pods.clear();
      EXPECT_THAT(s.MakePlan().steps, IsEmpty());
      // Another Secret, and it is tried again.
      s.snapshot.secrets["registry-push"].version = "2";
      EXPECT_THAT(Steps(s.MakePlan()), ElementsAre("create Job"));
    }
  }
}

TEST(MakePlan, TriesAgainForAnotherRecipe) {
  Scenario s = Begun();
  s.AddNode();
  s.AddServices();
  s.AddJob({.exit_code = 2, .message = std::string(kUnusable)});
  s.RecordRevisionAndResult();
  // Before the failed Job is gone: it is not taken for the new try.
  (*s.snapshot.config_map)["data"]["training_config.yaml"] = "other";
  EXPECT_THAT(Steps(s.MakePlan()), ElementsAre("delete Job", "wait"));
  s.snapshot.job.reset();
  s.snapshot.pods.clear();
  EXPECT_THAT(Steps(s.MakePlan()), ElementsAre("create Job"));
}

TEST(MakePlan, LetsTheJobRetryWhatMayHeal) {
  for (const int code : {1, 130, 143, 137}) {
    Scenario s = Begun();
    s.AddNode();
    s.AddServices();
    s.AddJob({.exit_code = code, .again = true});
    EXPECT_FALSE(s.MakePlan().writes()) << code;
  }
}

TEST(MakePlan, RecordsAJobThatWasGivenUp) {
  Scenario s = Begun();
  s.AddNode();
  s.AddServices();
  s.AddJob({.exit_code = 1, .message = "boom", .job_condition = "Failed"});
  EXPECT_THAT(Steps(s.MakePlan()),
              ElementsAre("patch Workspace", "delete Job"));
  EXPECT_THAT(s.Assess().result->message, HasSubstr("boom"));
  s.snapshot.pods.clear();
  EXPECT_EQ(s.Assess().result->code, 1);
}

TEST(MakePlan, UpdateReplacesTheJobThenTheServer) {
  Scenario s = Scenario::WalkThrough();
  s.Tuned();
  s.AddDeployment(/*ready=*/true);
  s.workspace.tuning->input->urls = {"https://example.com/other.jsonl"};
  const Plan plan = s.MakePlan();
  EXPECT_THAT(Steps(plan),
              ElementsAre("create ControllerRevision", "patch Workspace",
                          "delete Job", "wait"));
  EXPECT_EQ(s.Assess().revision, 2);
  s.RecordRevisionAndResult();
  // The Job is gone, its pod not yet.
  s.snapshot.job.reset();
  s.snapshot.pods[0].status->phase = "Running";
  EXPECT_THAT(Steps(s.MakePlan()), ElementsAre("wait"));
  s.snapshot.pods.clear();
  EXPECT_THAT(Steps(s.MakePlan()), ElementsAre("delete Deployment", "wait"));
  s.snapshot.deployment.reset();
  EXPECT_THAT(Steps(s.MakePlan()), ElementsAre("create Job"));
  // Back to what was asked for first: its number comes back.
  s.workspace.tuning->input->urls =
      Scenario::WalkThrough().workspace.tuning->input->urls;
  EXPECT_EQ(s.Assess().revision, 1);
}

TEST(MakePlan, KeepsServingWhenAnUpdateCannotStart) {
  Scenario s = Scenario::WalkThrough();
  s.Tuned();
  s.AddDeployment(/*ready=*/true);
  s.workspace.tuning->output->image = "r.example.com/A/b:1";
  s.RecordRevisionAndResult();
  EXPECT_FALSE(s.MakePlan().writes());
}

TEST(MakePlan, RefreshesARecipeThatNobodyChanged) {
  Scenario s = Begun();
  s.AddNode();
  s.AddServices();
  json::Value& copy = *s.snapshot.config_map;
  copy["data"]["training_config.yaml"] = "old";
  EXPECT_THAT(Steps(s.MakePlan()), ElementsAre("create Job"))
      << "the user's own";
  copy["metadata"]["annotations"]["kaito.sh/template-hash"] =
      "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4";
  EXPECT_THAT(Steps(s.MakePlan()),
              ElementsAre("apply ConfigMap", "create Job"));
}

TEST(MakePlan, KeepsTenRevisions) {
  Scenario s = Begun();
  s.AddClaim();
  for (int i = 2; i <= 11; ++i) {
    api::ControllerRevision old = s.snapshot.revisions[0];
    old.revision = i + 10;
    old.metadata.uid = "r";
    old.metadata.annotations["workspace.kaito.io/hash"] = std::to_string(i);
    s.snapshot.revisions.push_back(old);
  }
  EXPECT_FALSE(s.MakePlan().writes()) << "the oldest is the one in use";
  s.workspace.tuning->input->urls = {"https://example.com/b"};
  s.RecordRevisionAndResult();
  const Plan plan = s.MakePlan();
  EXPECT_THAT(Steps(plan), ElementsAre("delete ControllerRevision", "wait"));
}

TEST(MakePlan, ServesAPreset) {
  Scenario s = Scenario::Inference("{preset: {name: phi-4}}");
  s.RecordRevisionAndResult();
  s.AddNode().memory_bytes_per_gpu = int64_t{80} << 30;
  EXPECT_THAT(Steps(s.MakePlan()), ElementsAre("apply Service", "apply Service",
                                               "apply Deployment", "wait"));
  s.AddServices();
  s.AddDeployment(/*ready=*/true);
  EXPECT_THAT(s.MakePlan().steps, IsEmpty());
  // An adapter is added: the Deployment changes in place.
  s.workspace.inference->adapters.push_back(
      {.source = api::DataSource{.name = "law", .image = "r.example.com/a:1"}});
  s.RecordRevisionAndResult();
  EXPECT_THAT(Steps(s.MakePlan()), ElementsAre("apply Deployment", "wait"));
}

TEST(MakePlan, ServesAPodTemplateWithoutServices) {
  Scenario s = Scenario::Inference(
      "{template: {spec: {containers: [{name: a, image: b}]}}}");
  s.RecordRevisionAndResult();
  s.AddNode();
  EXPECT_THAT(Steps(s.MakePlan()), ElementsAre("apply Deployment", "wait"));
}

TEST(MakeDeletionPlan, StopsTheWorkloadThenTheNodesThenLetsGo) {
  Scenario s = Scenario::WalkThrough();
  s.Tuned();
  s.AddDeployment(/*ready=*/true);
  const auto plan = [&] {
    return Steps(MakeDeletionPlan(s.workspace, s.snapshot, s.settings));
  };
  EXPECT_THAT(plan(), ElementsAre("delete Job", "delete Deployment", "wait"));
  s.snapshot.job.reset();
  (*s.snapshot.deployment)["metadata"]["deletionTimestamp"] =
      "2026-11-24T13:00:00Z";
  EXPECT_THAT(plan(), ElementsAre("wait"));
  s.snapshot.deployment.reset();
  EXPECT_THAT(plan(), ElementsAre("delete Machine", "wait"));
  s.snapshot.claims[0].deleting = true;
  EXPECT_THAT(plan(), ElementsAre("wait"));
  s.snapshot.claims.clear();
  EXPECT_THAT(plan(), ElementsAre("patch Workspace"));
  s.workspace.metadata.finalizers.clear();
  EXPECT_THAT(plan(), IsEmpty());
}

TEST(MakeDeletionPlan, LeavesWhatIsNotOurs) {
  Scenario s = Scenario::WalkThrough();
  s.snapshot.deployment =
      json::Object{{"metadata", json::Object{{"name", "x"}, {"uid", "y"}}}};
  s.workspace.metadata.finalizers.push_back("other/one");
  const Plan plan = MakeDeletionPlan(s.workspace, s.snapshot, s.settings);
  ASSERT_THAT(Steps(plan), ElementsAre("patch Workspace"));
  EXPECT_EQ(*plan.steps[0].object.FindPath({"metadata", "finalizers"}),
            (json::Array{"other/one"}));
}

TEST(Covers, SeesWhatIsMissingAndNotWhatIsMore) {
  const json::Value live = json::Object{
      {"a", 1}, {"l", json::Array{json::Object{{"x", 1}, {"y", 2}}}}};
  EXPECT_TRUE(Covers(live, json::Object{{"a", 1}}));
  EXPECT_TRUE(
      Covers(live, json::Object{{"l", json::Array{json::Object{{"x", 1}}}}}));
  EXPECT_FALSE(Covers(live, json::Object{{"a", 2}}));
  EXPECT_FALSE(Covers(live, json::Object{{"b", 1}}));
  EXPECT_FALSE(Covers(live, json::Object{{"l", json::Array()}}));
  EXPECT_TRUE(Covers(json::Value(), json::Object()));
}

TEST(TuningResult, ComesBackFromItsAnnotation) {
  api::Workspace workspace;
  const TuningResult result = {.code = 3, .hash = "h", .message = "say \"x\""};
  const std::string key(kTuningResultAnnotation);
  workspace.metadata.annotations[key] = WriteTuningResult(result);
  EXPECT_EQ(ReadTuningResult(workspace), result);
  for (const char* bad :
       {"", "{}", "[1]", "{\"code\":\"x\"}", "{\"code\":1}"}) {
    workspace.metadata.annotations[key] = bad;
    EXPECT_FALSE(ReadTuningResult(workspace).has_value()) << bad;
  }
}

}  // namespace
}  // namespace kaito::controller
