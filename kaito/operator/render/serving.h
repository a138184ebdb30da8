#ifndef KAITO_OPERATOR_RENDER_SERVING_H_
#define KAITO_OPERATOR_RENDER_SERVING_H_

// The Deployment that serves a model, and the Services in front of it
// (docs/contract.md, section 2).

#include <string>

#include "kaito/api/core/deployment.h"
#include "kaito/api/core/service.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/operator/render/settings.h"
#include "kaito/operator/render/workload.h"

namespace kaito::controller {

// For a Workspace that tunes: the tuned model, with workload.output_digest
// where the adapter was pushed. For one with inference: the preset with its
// adapters, or the pod template of the user's own.
api::Deployment RenderServing(const Workload& workload,
                              const Settings& settings);

// Where the model answers; a load balancer where the annotation asks for it.
api::Service RenderService(const api::Workspace& workspace);
// How ranks find each other: names pods before they are ready.
api::Service RenderHeadlessService(const api::Workspace& workspace);
std::string HeadlessName(const api::Workspace& workspace);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_RENDER_SERVING_H_
