#ifndef KAITO_OPERATOR_RENDER_REVISION_H_
#define KAITO_OPERATOR_RENDER_REVISION_H_

// Revisions: each state of resource, inference and tuning has a hash, and a
// ControllerRevision with a number that workloads bear. Going back to an older
// state goes back to its number.

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/api/core/controller_revision.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::controller {

// 64 hexadecimal digits over what is asked for.
std::string RevisionHash(const api::Workspace& workspace);

// "<workspace>-<first 5 digits>", as KAITO calls it.
std::string RevisionName(const api::Workspace& workspace,
                         absl::string_view hash);

api::ControllerRevision RenderRevision(const api::Workspace& workspace,
                                       int64_t number);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_RENDER_REVISION_H_
