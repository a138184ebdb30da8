#ifndef KAITO_OPERATOR_PLAN_SCENARIO_H_
#define KAITO_OPERATOR_PLAN_SCENARIO_H_

// Scenario: a Workspace and a cluster in some state, put together step by step;
// for tests of planning and status only.
//
//   Scenario s = Scenario::WalkThrough();
//   s.AddNode();
//   s.AddJob({.phase = "Running"});
//   EXPECT_EQ(s.MakePlan().ToString(), "...");

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/json/value.h"
#include "kaito/operator/plan/assessment.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/plan/step.h"
#include "kaito/operator/plan/valid_workspace.h"
#include "kaito/operator/render/settings.h"

namespace kaito::controller {

// A file of kaito/api/golden.
json::Value GoldenFile(absl::string_view name);

// How the containers of a pod are.
struct PodState {
  std::string container;  // That `exit_code` and `waiting` are about; empty:
                          // the main one.
  bool running = false;   // The main container.
  int exit_code = -1;     // -1: has not ended.
  bool again = false;     // It ended, and waits to be started again.
  std::string waiting;    // Reason why it waits.
  std::string message;    // Termination message, or why it waits.
  std::string job_condition;  // "Complete" or "Failed": of the Job.
};

class Scenario {
 public:
  // The golden Workspace, its Secret there, nothing made yet.
  static Scenario WalkThrough();
  // An inference Workspace; `inference` is that field in YAML.
  static Scenario Inference(absl::string_view inference);

  // What the Workspace asks for, judged.
  ValidWorkspace Valid() const;
  Assessment Assess() const;
  Plan MakePlan() const;

  // The claim that is asked for, with an obstacle or none.
  void AddClaim(absl::string_view obstacle = "");
  // The claim's node, ready; one GPU of 16 GiB.
  ObservedNode& AddNode();
  // The Job as it is rendered now, and its pod.
  void AddJob(const PodState& state);
  // The Deployment as it is rendered now; the model answers where `ready`.
  void AddDeployment(bool ready);
  void AddServices();
  // The plan's patch of annotations, done; and its ControllerRevision.
  void RecordRevisionAndResult();
  // Everything that belongs to a tuning that is done, up to serving.
  void Tuned();

  api::Workspace workspace;
  Snapshot snapshot;
  Settings settings;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_SCENARIO_H_
