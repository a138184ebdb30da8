#ifndef KAITO_OPERATOR_PLAN_ASSESSMENT_H_
#define KAITO_OPERATOR_PLAN_ASSESSMENT_H_

// Assessment: where a Workspace stands, judged once from what was observed.
// Both the plan (make_plan.h) and the status (status/) are made from it, so that
// what is done and what is told cannot differ.
//
//   const Assessment now = Assess(valid, snapshot, settings);
//   const Plan plan = MakePlan(valid, snapshot, settings, now);

#include <cstdint>
#include <optional>
#include <string>

#include "kaito/operator/plan/nodes.h"
#include "kaito/operator/plan/pods.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/plan/tuning_result.h"
#include "kaito/operator/plan/valid_workspace.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/workload.h"

namespace kaito::controller {

// What keeps a workload from being started, beside nodes.
struct Obstacle {
  enum class Kind : uint8_t {
    kOutputImage,
    kSecret,
    kConfig,
    kWeights,
    kGpu,
    kMemory,
    kForeign,  // An object of that name belongs to someone else.
  };
  Kind kind = Kind::kOutputImage;
  std::string reason;
  std::string message;

  // Nothing goes on by itself: the user has to change something.
  bool is_final() const {
    return kind == Kind::kOutputImage || kind == Kind::kMemory;
  }
  // Comes before any claim for a node.
  bool before_nodes = true;
};

enum class JobStage : uint8_t {
  kNone,       // No Job of this revision, and no result.
  kReplacing,  // One of another revision, or of a failed try, is going.
  kStarting,   // The Job is there; its main container has not run yet.
  kRunning,
  kDone,    // The adapter is stored.
  kFailed,  // And will not be tried again by itself.
};

enum class ServingStage : uint8_t {
  kNone,
  kStarting,
  kReady,
};

struct Assessment {
  std::string hash;             // Of the revision.
  int64_t revision = 0;         // Its number.
  bool revision_known = false;  // Its ControllerRevision is there.
  std::optional<Obstacle> obstacle;
  NodeChoice nodes;
  bool needs_nodes = true;
  bool wants_serving = true;  // False: tuning ends at the stored adapter.
  JobStage job = JobStage::kNone;
  ServingStage serving = ServingStage::kNone;
  // Recorded, or to be recorded now; holds for this revision.
  std::optional<TuningResult> result;
  bool result_is_new = false;
  // What keeps the Job's or the serving pods back.
  std::optional<Trouble> trouble;
  // A failure after which the Job is tried again; empty: none.
  std::string retrying_after;
  std::string init_container;  // That runs now.
  // What to render, where nodes are there.
  Workload workload;
  // False: the weights or the GPUs are not known now. What runs is left alone.
  bool can_render = true;
};

// `workspace` outlives what is returned.
Assessment Assess(const ValidWorkspace& workspace, const Snapshot& snapshot,
                  const Settings& settings);

// For admission: what the instance type's published memory lacks; empty where
// it is enough, or is not known. `config` is the recipe, where it was read.
std::string PublishedMemoryWarning(const ValidWorkspace& workspace,
                                   const std::optional<json::Value>& config);

// Of the ControllerRevision with that hash; else the next free one.
int64_t RevisionNumber(const Snapshot& snapshot, absl::string_view hash);

// Whether live objects belong to this very Workspace.
bool OwnedBy(const json::Value& live, const api::Workspace& workspace);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_ASSESSMENT_H_
