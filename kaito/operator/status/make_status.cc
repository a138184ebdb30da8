#include "kaito/operator/status/make_status.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/job.h"
#include "kaito/api/job/layout.h"
#include "kaito/api/job/progress.h"
#include "kaito/api/meta/time.h"
#include "kaito/api/workspace/credential.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/nodes.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/plan/step.h"
#include "kaito/operator/plan/valid_workspace.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/status/conditions.h"
#include "kaito/operator/status/tuning_status.h"

namespace kaito::controller {
namespace {

namespace condition = api::condition;
namespace reason = api::reason;

// Makes the conditions and the state of one Workspace.
class Teller {
 public:
  Teller(const ValidWorkspace& workspace, const Assessment& a,
         const Settings& settings, absl::Time now)
      : workspace_(*workspace),
        a_(a),
        settings_(settings),
        conditions_(*workspace, now) {}

  void Tell() {
    TellResources();
    if (workspace_.tuning) TellJob();
    TellServing();
    if (workspace_.tuning) TellTuningResult();
    TellReadiness();
  }

  const Conditions& conditions() const { return conditions_; }

  std::string State() const {
    if (a_.job == JobStage::kFailed) return std::string(api::state::kFailed);
    if (a_.obstacle && a_.obstacle->is_final()) {
      return std::string(api::state::kFailed);
    }
    if (a_.serving == ServingStage::kReady) {
      return std::string(api::state::kReady);
    }
    if (a_.job == JobStage::kDone && !a_.wants_serving) {
      return std::string(api::state::kSucceeded);
    }
    if (a_.serving == ServingStage::kStarting && WasReady()) {
      return std::string(api::state::kNotReady);
    }
    const bool runs = a_.job == JobStage::kRunning || a_.job == JobStage::kDone;
    return std::string(runs ? api::state::kRunning : api::state::kPending);
  }

 private:
  bool WasReady() const {
    return workspace_.status.state == api::state::kReady ||
           workspace_.status.state == api::state::kNotReady;
  }

  void TellResources() {
    if (!a_.needs_nodes) {
      return conditions_.False(
          condition::kResourceReady, reason::kResourceNotReady,
          "The node was released after the tuning job; nothing is served.");
    }
    if (a_.obstacle) {
      std::string message = a_.obstacle->message;
      if (!a_.nodes.enough() && !a_.obstacle->before_nodes) {
        absl::StrAppend(&message, " ", NodesMessage());
      }
      return conditions_.False(condition::kResourceReady, a_.obstacle->reason,
                               message);
    }
    if (a_.nodes.enough()) {
      return conditions_.True(condition::kResourceReady,
                              reason::kResourceSuccess, NodesMessage());
    }
    conditions_.False(condition::kResourceReady, reason::kResourceNotReady,
                      NodesMessage());
  }

  std::string NodesMessage() const {
    return a_.nodes.Message(workspace_, settings_);
  }

  // What the workload waits for: "the node is ready".
  std::string Missing() const {
    if (a_.obstacle) {
      switch (a_.obstacle->kind) {
        case Obstacle::Kind::kOutputImage:
          return "the output image is valid";
        case Obstacle::Kind::kSecret:
          return "the Secret is there";
        case Obstacle::Kind::kConfig:
          return "the ConfigMap is there and valid";
        case Obstacle::Kind::kWeights:
          return "the model's weights are there";
        case Obstacle::Kind::kGpu:
          return "the node has a GPU";
        case Obstacle::Kind::kMemory:
          return "there is memory enough";
        case Obstacle::Kind::kForeign:
          return "its objects' names are free";
      }
    }
    if (a_.job == JobStage::kReplacing) return "the earlier one is gone";
    return a_.nodes.wanted == 1 ? "the node is ready" : "the nodes are ready";
  }

  void TellJob() {
    switch (a_.job) {
      case JobStage::kNone:
      case JobStage::kReplacing:
        return conditions_.False(
            condition::kJobStarted, reason::kJobPending,
            absl::StrCat("The tuning job starts when ", Missing(), "."));
      case JobStage::kStarting:
        if (a_.trouble) {
          return conditions_.False(condition::kJobStarted, a_.trouble->reason,
                                   a_.trouble->message);
        }
        return conditions_.False(condition::kJobStarted, reason::kJobPending,
                                 StartingMessage());
      case JobStage::kRunning:
        return conditions_.True(condition::kJobStarted, reason::kJobSuccess,
                                RunningMessage());
      case JobStage::kDone:
        return conditions_.True(condition::kJobStarted, reason::kJobSuccess,
                                "The tuning job is done.");
      case JobStage::kFailed:
        return conditions_.False(condition::kJobStarted,
                                 a_.result->reason.empty()
                                     ? std::string(reason::kJobFailed)
                                     : a_.result->reason,
                                 a_.result->message);
    }
  }

  std::string StartingMessage() const {
    if (a_.init_container == api::kWeightsContainer) {
      return "The tuning job fetches the model's weights.";
    }
    if (a_.init_container == api::kDataContainer) {
      return "The tuning job fetches the data.";
    }
    return "The tuning job is being started.";
  }

  std::string RunningMessage() const {
    if (a_.trouble) {
      return absl::StrCat("The tuning job is tried again: ",
                          a_.trouble->message);
    }
    if (!a_.retrying_after.empty()) {
      return absl::StrCat("The tuning job runs again, after: ",
                          a_.retrying_after);
    }
    return "The tuning job runs.";
  }

  void TellServing() {
    if (a_.serving == ServingStage::kReady) {
      return conditions_.True(condition::kInferenceReady,
                              reason::kInferenceSuccess, AnswersMessage());
    }
    if (workspace_.tuning && a_.job != JobStage::kDone) {
      return conditions_.False(
          condition::kInferenceReady, reason::kInferencePending,
          a_.job == JobStage::kFailed
              ? "The tuning job failed; there is no tuned model to serve."
              : "The tuned model is served after the tuning job.");
    }
    if (!a_.wants_serving) {
      return conditions_.False(
          condition::kInferenceReady, reason::kInferencePending,
          absl::StrCat("The tuned model is not served: the annotation ",
                       api::annotation::kServeAfterTuning, " is \"false\"."));
    }
    if (a_.trouble) {
      return conditions_.False(condition::kInferenceReady, a_.trouble->reason,
                               a_.trouble->message);
    }
    conditions_.False(condition::kInferenceReady, reason::kInferencePending,
                      LoadingMessage());
  }

  bool CanLoad() const { return a_.nodes.enough() && !a_.obstacle; }

  std::string LoadingMessage() const {
    if (!CanLoad()) {
      return absl::StrCat("The model is loaded when ", Missing(), ".");
    }
    return workspace_.tuning ? "The tuned model is being loaded."
                             : "The model is being loaded.";
  }

  std::string AnswersMessage() const {
    if (workspace_.preset() == nullptr) return "The pods are ready.";
    return absl::StrCat(workspace_.tuning ? "The tuned model" : "The model",
                        " answers at http://", workspace_.metadata.name,
                        "/chat.");
  }

  void TellTuningResult() {
    const absl::string_view type = condition::kWorkspaceSucceeded;
    if (a_.job == JobStage::kDone) {
      const std::string& image = workspace_.tuning->output->image;
      return conditions_.True(
          type, reason::kWorkspaceSucceeded,
          image.empty()
              ? "The adapter is stored in the output volume."
              : absl::StrCat("The adapter is stored at ", image, "."));
    }
    if (const std::string failure = Failure(); !failure.empty()) {
      return conditions_.False(type, reason::kWorkspaceFailed, failure);
    }
    conditions_.False(type, reason::kWorkspacePending,
                      a_.job == JobStage::kRunning
                          ? RunningMessage()
                          : "The tuning job has not started.");
  }

  // Why nothing goes on by itself; empty where it does.
  std::string Failure() const {
    if (a_.job == JobStage::kFailed) return a_.result->message;
    if (a_.obstacle && a_.obstacle->is_final()) return a_.obstacle->message;
    return "";
  }

  // WorkspaceReady; with inference, WorkspaceSucceeded is the same.
  void TellReadiness() {
    const auto both = [&](bool is_true, absl::string_view reason_true,
                          absl::string_view reason_false,
                          const std::string& message) {
      if (!workspace_.tuning) {
        is_true ? conditions_.True(condition::kWorkspaceSucceeded,
                                   reason::kWorkspaceSucceeded, message)
                : conditions_.False(condition::kWorkspaceSucceeded,
                                    reason_false, message);
      }
      is_true
          ? conditions_.True(condition::kWorkspaceReady, reason_true, message)
          : conditions_.False(condition::kWorkspaceReady, reason_false,
                              message);
    };
    if (a_.serving == ServingStage::kReady) {
      return both(true, reason::kWorkspaceReady, "", AnswersMessage());
    }
    if (a_.job == JobStage::kDone && !a_.wants_serving) {
      return both(true, reason::kWorkspaceReady, "",
                  "The adapter is stored, and nothing is to be served.");
    }
    if (const std::string failure = Failure(); !failure.empty()) {
      return both(false, "", reason::kWorkspaceFailed, failure);
    }
    both(false, "", reason::kWorkspacePending, PendingMessage());
  }

  std::string PendingMessage() const {
    if (a_.job == JobStage::kRunning) return RunningMessage();
    if (a_.job == JobStage::kStarting) {
      return a_.trouble ? a_.trouble->message : StartingMessage();
    }
    if (a_.obstacle) return a_.obstacle->message;
    if (!a_.nodes.enough()) {
      return a_.nodes.wanted == 1 ? "Waiting for a node."
                                  : "Waiting for nodes.";
    }
    if (a_.serving == ServingStage::kStarting) {
      return a_.trouble ? a_.trouble->message : LoadingMessage();
    }
    return absl::StrCat("The tuning job starts when ", Missing(), ".");
  }

  const api::Workspace& workspace_;
  const Assessment& a_;
  const Settings& settings_;
  Conditions conditions_;
};

int32_t TargetNodes(const api::Workspace& workspace) {
  return static_cast<int32_t>(workspace.resource.count);
}

}  // namespace

api::WorkspaceStatus AcceptedStatus(const api::Workspace& workspace,
                                    absl::Time now) {
  api::WorkspaceStatus status = workspace.status;
  status.conditions = Conditions(workspace, now).get();
  status.target_node_count = TargetNodes(workspace);
  if (status.state.empty()) status.state = std::string(api::state::kPending);
  return status;
}

api::WorkspaceStatus InvalidStatus(const api::Workspace& workspace,
                                   absl::string_view errors, absl::Time now) {
  api::WorkspaceStatus status = workspace.status;
  const bool ends = absl::EndsWith(errors, ".") || absl::EndsWith(errors, "?");
  const std::string message =
      absl::StrCat("The Workspace is not valid: ", errors, ends ? "" : ".",
                   " Correct it to go on.");
  Conditions conditions(workspace, now);
  conditions.False(condition::kResourceReady, reason::kResourceFailed, message);
  conditions.False(condition::kWorkspaceSucceeded, reason::kWorkspaceFailed,
                   message);
  conditions.False(condition::kWorkspaceReady, reason::kWorkspaceFailed,
                   message);
  status.conditions = conditions.get();
  status.target_node_count = TargetNodes(workspace);
  status.state = std::string(api::state::kFailed);
  return status;
}

api::WorkspaceStatus DeletingStatus(const api::Workspace& workspace,
                                    absl::string_view waiting_for,
                                    absl::Time now) {
  api::WorkspaceStatus status = workspace.status;
  Conditions conditions(workspace, now);
  conditions.True(condition::kWorkspaceDeleting, reason::kWorkspaceDeleted,
                  absl::StrCat("The Workspace is being deleted: waiting ",
                               waiting_for, "."));
  status.conditions = conditions.get();
  return status;
}

api::WorkspaceStatus MakeStatus(const ValidWorkspace& workspace,
                                const Snapshot& snapshot,
                                const Assessment& assessment,
                                const Settings& settings, absl::Time now) {
  Teller teller(workspace, assessment, settings, now);
  teller.Tell();
  api::WorkspaceStatus status;
  status.conditions = teller.conditions().get();
  status.state = teller.State();
  status.target_node_count = TargetNodes(*workspace);
  for (const ObservedNode& node : assessment.nodes.selected) {
    status.worker_nodes.push_back(node.name);
  }
  std::sort(status.worker_nodes.begin(), status.worker_nodes.end());
  if (workspace->tuning) {
    status.progress = ProgressOf(*workspace, snapshot, assessment, now);
    status.output = OutputOf(*workspace, assessment);
  }
  status.performance = workspace->status.performance;
  return status;
}

void AddRefusal(const api::Workspace& workspace, const Step& step,
                absl::string_view error, absl::Time now,
                api::WorkspaceStatus& status) {
  api::Workspace with_status = workspace;
  with_status.status = status;
  Conditions conditions(with_status, now);
  const std::string message = absl::StrCat(
      "The API server refused ", step.kind.kind, " ", step.name, ": ",
      api::HideCredentials(error), absl::EndsWith(error, ".") ? "" : ".",
      " Correct what it names; this is tried again.");
  if (step.kind.kind == api::Job::kKind.kind) {
    conditions.False(condition::kJobStarted, reason::kJobFailed, message);
  } else if (step.kind.kind == api::Deployment::kKind.kind) {
    conditions.False(condition::kInferenceReady, reason::kInferenceFailed,
                     message);
  } else {
    const absl::string_view why =
        step.kind.kind == "Machine"     ? reason::kMachineFailedCreation
        : step.kind.kind == "NodeClaim" ? reason::kNodeClaimFailedCreation
                                        : reason::kResourceFailed;
    conditions.False(condition::kResourceReady, why, message);
  }
  conditions.False(condition::kWorkspaceReady, reason::kWorkspacePending,
                   message);
  status.conditions = conditions.get();
}

}  // namespace kaito::controller
