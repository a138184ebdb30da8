// Each stage of the walk-through is compared with kaito/api/golden; what else can
// happen, case by case.
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "kaito/api/job/progress.h"
#include "kaito/api/meta/condition.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/scenario.h"
#include "kaito/operator/plan/step.h"
#include "kaito/operator/plan/valid_workspace.h"
#include "kaito/operator/status/make_status.h"

namespace kaito::controller {
namespace {

using ::testing::HasSubstr;

absl::Time At(absl::string_view time) {
  return *api::ParseTimestamp(std::string("2026-11-24T13:") +
                              std::string(time) + "Z");
}

api::WorkspaceStatus StatusOf(const Scenario& s, absl::Time now) {
  const ValidWorkspace valid = s.Valid();
  return MakeStatus(valid, s.snapshot, Assess(valid, s.snapshot, s.settings),
                    s.settings, now);
}

void ExpectGolden(const api::WorkspaceStatus& status, absl::string_view name) {
  const json::Value value = api::Encode(status);
  EXPECT_EQ(value, *GoldenFile(name).Find("status"))
      << name << ": " << json::Write(value, {.indent = 1});
}

std::string Condition(const api::WorkspaceStatus& status,
                      absl::string_view type) {
  const api::Condition* c = api::FindCondition(status.conditions, type);
  if (c == nullptr) return "";
  return std::string(api::ConditionStatusName(c->status)) + " " + c->reason +
         ": " + c->message;
}

TEST(MakeStatus, FollowsTheGoldensOfTheWalkThrough) {
  Scenario s = Scenario::WalkThrough();
  s.workspace.status = AcceptedStatus(s.workspace, At("00:00"));
  ExpectGolden(s.workspace.status, "status_1_accepted.yaml");

  s.workspace.status = StatusOf(s, At("01:00"));
  ExpectGolden(s.workspace.status, "status_2_provisioning.yaml");

  s.AddNode();
  s.workspace.status = StatusOf(s, At("04:00"));
  s.AddJob({.running = true});
  s.workspace.status = StatusOf(s, At("05:00"));
  s.snapshot.progress = api::Progress{.step = 120,
                                      .total_steps = 450,
                                      .epoch = 4.8,
                                      .loss = 0.41,
                                      .tokens_per_second = 6100.5,
                                      .eta_seconds = 33};
  s.workspace.status = StatusOf(s, At("06:10"));
  ExpectGolden(s.workspace.status, "status_3_running.yaml");
  EXPECT_EQ(StatusOf(s, At("07:00")), s.workspace.status)
      << "nothing new, nothing to write";

  const Scenario running = s;
  s = Scenario::WalkThrough();
  s.workspace.status = running.workspace.status;
  s.Tuned();
  s.snapshot.progress = api::Progress{.step = 450,
                                      .total_steps = 450,
                                      .epoch = 18,
                                      .loss = 0.12,
                                      .tokens_per_second = 6120,
                                      .eta_seconds = 0};
  s.workspace.status = StatusOf(s, At("09:00"));
  ExpectGolden(s.workspace.status, "status_4_tuned.yaml");

  s.snapshot.progress.reset();
  s.AddDeployment(/*ready=*/true);
  s.workspace.status = StatusOf(s, At("10:00"));
  ExpectGolden(s.workspace.status, "status_5_ready.yaml");

  s.AddDeployment(/*ready=*/false);
  EXPECT_EQ(StatusOf(s, At("11:00")).state, "NotReady");
}

TEST(MakeStatus, OfThePlaceholderIsTheGolden) {
  Scenario s = Scenario::WalkThrough();
  s.workspace.tuning->output->image =
      "ACR_REPO_HERE.azurecr.io/IMAGE_NAME_HERE:0.0.1";
  s.workspace.tuning->output->image_push_secret = "ACR_REGISTRY_SECRET_HERE";
  ExpectGolden(StatusOf(s, At("00:00")), "status_placeholder.yaml");
}

TEST(MakeStatus, OfBadDataIsTheGolden) {
  Scenario s = Scenario::WalkThrough();
  s.workspace.status = StatusOf(s, At("01:00"));
  s.AddNode();
  s.workspace.status = StatusOf(s, At("04:00"));
  s.AddJob({.running = true});
  s.workspace.status = StatusOf(s, At("05:00"));
  s.AddJob(
      {.exit_code = 2,
       .message =
           R"({"code":2,"reason":"DataUnusable","message":"data: no usable )"
           R"(row in train.parquet: column \"messages\" is missing",)"
           R"("remedy":"Use one of the columns messages, prompt and )"
           R"(completion, or text"})"});
  s.workspace.status = StatusOf(s, At("06:00"));
  ExpectGolden(s.workspace.status, "status_failed.yaml");
  // It stays so when the Job is gone.
  s.RecordRevisionAndResult();
  s.snapshot.job.reset();
  s.snapshot.pods.clear();
  ExpectGolden(StatusOf(s, At("07:00")), "status_failed.yaml");
}

// One state of the cluster, and a condition that tells it.
struct Case {
  const char* name;
  void (*change)(Scenario&);
  absl::string_view type;
  const char* told;
  const char* state;
};

class Told : public ::testing::TestWithParam<Case> {};

TEST_P(Told, SaysWhatIsAndWhatToDo) {
  Scenario s = Scenario::WalkThrough();
  GetParam().change(s);
  const api::WorkspaceStatus status = StatusOf(s, At("00:00"));
  EXPECT_THAT(Condition(status, GetParam().type), HasSubstr(GetParam().told));
  EXPECT_EQ(status.state, GetParam().state);
  for (const api::Condition& c : status.conditions) {
    EXPECT_FALSE(c.reason.empty()) << c.type;
    EXPECT_EQ(c.message.back(), '.') << c.message;
    EXPECT_EQ(c.message.find(".."), std::string::npos) << c.message;
  }
}

constexpr absl::string_view kResource = api::condition::kResourceReady;
constexpr absl::string_view kJob = api::condition::kJobStarted;
constexpr absl::string_view kServing = api::condition::kInferenceReady;
constexpr absl::string_view kDone = api::condition::kWorkspaceSucceeded;
constexpr absl::string_view kReady = api::condition::kWorkspaceReady;

INSTANTIATE_TEST_SUITE_P(
    MakeStatus, Told,
    ::testing::Values(
        Case{
            "NoCapacity",
            [](Scenario& s) { s.AddClaim("no capacity in westus2."); },
            kResource,
            "False workspaceResourceStatusNotReady: Waiting for 1 node of type "
            "Standard_NC6s_v3: Machine ws438ba4156: no capacity in westus2.",
            "Pending"},
        Case{"NodeNotReady", [](Scenario& s) { s.AddNode().ready = false; },
             kResource,
             "node aks-ws438ba4156-0 of Machine ws438ba4156 is not ready",
             "Pending"},
        Case{
            "NoSecret", [](Scenario& s) { s.snapshot.secrets.clear(); }, kJob,
            "False WorkspaceTuningJobStatusPending: The tuning job starts when "
            "the Secret is there.",
            "Pending"},
        Case{"NoWeightsInStandalone",
             [](Scenario& s) {
               s.settings = {.preset_registry = "",
                             .hub_downloads = false,
                             .standalone = true};
               s.snapshot.local_weights.looked_at = {"/d/models/phi"};
               s.AddNode();
             },
             kResource, "False WeightsMissing: The weights of phi-3-mini-128k",
             "Pending"},
        Case{"SmallGpu",
             [](Scenario& s) { s.AddNode().memory_bytes_per_gpu = 1 << 30; },
             kReady, "False workspaceFailed: phi-3-mini-128k-instruct needs",
             "Failed"},
        Case{"FetchesData",
             [](Scenario& s) {
               s.AddNode();
               s.AddJob({.container = "data", .running = true});
             },
             kJob,
             "False WorkspaceTuningJobStatusPending: The tuning job "
             "fetches the data.",
             "Pending"},
        Case{"ImagePull",
             [](Scenario& s) {
               s.AddNode();
               s.AddJob({.container = "weights",
                         .waiting = "ImagePullBackOff",
                         .message = "401 unauthorized"});
             },
             kJob,
             "False ImagePullError: The image "
             "registry.example.com/image:1 cannot be pulled: 401",
             "Pending"},
        Case{"StartError",
             [](Scenario& s) {
               s.AddNode();
               s.AddJob({.waiting = "CreateContainerConfigError",
                         .message = "secret gone"});
             },
             kJob,
             "False ContainerStartError: Container "
             "workspace-tuning-phi-3 cannot be started: secret gone.",
             "Pending"},
        Case{"Retries",
             [](Scenario& s) {
               s.AddNode();
               s.AddJob(
                   {.exit_code = 1, .again = true, .message = "disk full"});
             },
             kJob,
             "True WorkspaceTuningJobStatusStarted: The tuning job is "
             "tried again: Container workspace-tuning-phi-3 ends again "
             "and again, and is tried again: disk full.",
             "Running"},
        Case{"OutOfNodeMemory",
             [](Scenario& s) {
               s.AddNode();
               s.AddJob({.exit_code = 137, .job_condition = "Failed"});
             },
             kJob, "False ContainerOOMKilled: The tuning job was given up",
             "Failed"},
        Case{"NoMessage",
             [](Scenario& s) {
               s.AddNode();
               s.AddJob({.exit_code = 4});
             },
             kDone,
             "False workspaceFailed: Container workspace-tuning-phi-3 "
             "ended with exit code 4 and left no message. See its log.",
             "Failed"},
        Case{"NoTokenIsShown",
             [](Scenario& s) {
               s.AddNode();
               s.AddJob({.exit_code = 4,
                         .message = "401 with "
                                    "hf_abcdefghijklmnopqrstuvwxyz0123456789"});
             },
             kDone, "False workspaceFailed: 401 with (hidden).", "Failed"},
        Case{"NoRemedyOfARegistrysRefusal",
             [](Scenario& s) {
               s.AddNode();
               s.AddJob({.exit_code = 4, .message = "registry.io: 401"});
             },
             kDone,
             "False workspaceFailed: registry.io: 401. Correct the image, and "
             "user and password in its Secret",
             "Failed"},
        Case{"NoRemedyOfAFullDisk",
             [](Scenario& s) {
               s.AddNode();
               s.AddJob({.exit_code = 1,
                         .message = "x: No space left on device",
                         .job_condition = "Failed"});
             },
             kDone, "x: No space left on device. Free space on the node's disk",
             "Failed"},
        Case{"NotServed",
             [](Scenario& s) {
               s.workspace.metadata.annotations["kaito.sh/serve-after-tuning"] =
                   "false";
               s.Tuned();
             },
             kReady, "True workspaceReady: The adapter is stored", "Succeeded"},
        Case{"NotServedNeverAnswers",
             [](Scenario& s) {
               s.workspace.metadata.annotations["kaito.sh/serve-after-tuning"] =
                   "false";
               s.Tuned();
             },
             kServing,
             "False WorkspaceInferenceStatusPending: The tuned model "
             "is not served",
             "Succeeded"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST(MakeStatus, OfInferenceHasNoJob) {
  Scenario s = Scenario::Inference("{preset: {name: phi-4}}");
  s.AddNode().memory_bytes_per_gpu = 0;
  s.AddDeployment(/*ready=*/false);
  api::WorkspaceStatus status = StatusOf(s, At("00:00"));
  EXPECT_EQ(Condition(status, kJob), "");
  EXPECT_EQ(Condition(status, kServing),
            "False WorkspaceInferenceStatusPending: The model is being "
            "loaded.");
  EXPECT_EQ(Condition(status, kDone),
            "False workspacePending: The model is being loaded.");
  EXPECT_EQ(status.state, "Pending");
  s.AddDeployment(/*ready=*/true);
  status = StatusOf(s, At("00:00"));
  EXPECT_EQ(status.state, "Ready");
  EXPECT_THAT(
      Condition(status, kReady),
      HasSubstr("True workspaceReady: The model answers at http://chat"));
  EXPECT_THAT(Condition(status, kDone), HasSubstr("True workspaceSucceeded"));
}

TEST(InvalidStatus, TellsEveryFault) {
  const Scenario s = Scenario::WalkThrough();
  const api::WorkspaceStatus status = InvalidStatus(
      s.workspace, "tuning.Method: bad; tuning.Input: missing", At("00:00"));
  EXPECT_EQ(status.state, "Failed");
  EXPECT_THAT(Condition(status, kResource),
              HasSubstr("tuning.Method: bad; tuning.Input: missing. Correct"));
  EXPECT_THAT(Condition(status, kJob), HasSubstr("Unknown"));
}

TEST(DeletingStatus, SaysWhatIsLeft) {
  const Scenario s = Scenario::WalkThrough();
  const api::WorkspaceStatus status =
      DeletingStatus(s.workspace, "for the node to be gone", At("00:00"));
  EXPECT_EQ(Condition(status, api::condition::kWorkspaceDeleting),
            "True workspaceDeleted: The Workspace is being deleted: waiting "
            "for the node to be gone.");
}

TEST(AddRefusal, NamesTheObjectAtTheConditionThatItBelongsTo) {
  const Scenario s = Scenario::WalkThrough();
  const Plan plan = s.MakePlan();
  const Step& machine = plan.steps[2];
  api::WorkspaceStatus status = StatusOf(s, At("00:00"));
  AddRefusal(s.workspace, machine, "machines is forbidden", At("00:00"),
             status);
  EXPECT_THAT(Condition(status, kResource),
              HasSubstr("False machineFailedCreation: The API server refused "
                        "Machine ws438ba4156: machines is forbidden."));
}

}  // namespace
}  // namespace kaito::controller
