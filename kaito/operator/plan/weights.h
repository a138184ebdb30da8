#ifndef KAITO_OPERATOR_PLAN_WEIGHTS_H_
#define KAITO_OPERATOR_PLAN_WEIGHTS_H_

// Where a preset's weights come from: the first place that applies, in the
// order of docs/contract.md, section 4.

#include <string>

#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/plan/snapshot.h"
#include "kaito/operator/presets/preset.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/workload.h"

namespace kaito::controller {

struct WeightsChoice {
  WeightsSource source;
  // Where source.kind is kNone: the places that were looked at and what to do.
  std::string missing;
};

WeightsChoice ChooseWeights(const api::Workspace& workspace,
                            const Preset& preset, const LocalWeights& local,
                            const Settings& settings);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_PLAN_WEIGHTS_H_
