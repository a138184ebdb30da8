#ifndef KAITO_OPERATOR_RENDER_TUNING_JOB_H_
#define KAITO_OPERATOR_RENDER_TUNING_JOB_H_

// The Job that tunes a model, and the ConfigMap with KAITO's recipe for a
// Workspace that brings none (docs/contract.md, section 1).

#include <string>

#include "absl/strings/string_view.h"
#include "kaito/api/core/config_map.h"
#include "kaito/api/core/job.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/workload.h"

namespace kaito::controller {

// On copies of KAITO's templates: the digest of their data as it was copied. A
// copy whose data has it still was changed by nobody, and may be refreshed.
inline constexpr absl::string_view kTemplateHashAnnotation =
    "kaito.sh/template-hash";

// workload.workspace has `tuning`, validated.
api::Job RenderTuningJob(const Workload& workload, const Settings& settings);

// The ConfigMap that the Workspace's Job mounts: the one it names, or the copy
// of the template for its method.
std::string TrainingConfigName(const api::TuningSpec& tuning);

// The copy of the template for `method`, "lora" or "qlora".
api::ConfigMap RenderTrainingTemplate(absl::string_view method,
                                      absl::string_view ns);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_RENDER_TUNING_JOB_H_
