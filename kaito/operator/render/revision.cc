#include "kaito/operator/render/revision.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/controller_revision.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/workspace/names.h"
#include "kaito/api/workspace/workspace.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/json/value.h"
#include "kaito/base/json/writer.h"
#include "kaito/operator/render/pod_parts.h"

namespace kaito::controller {
namespace {

constexpr size_t kDigitsInName = 5;

}  // namespace

std::string RevisionHash(const api::Workspace& workspace) {
  return Sha256Hex(
      absl::StrCat(json::Write(api::Encode(workspace.resource)), "\n",
                   json::Write(api::Encode(workspace.inference)), "\n",
                   json::Write(api::Encode(workspace.tuning)), "\n"));
}

std::string RevisionName(const api::Workspace& workspace,
                         absl::string_view hash) {
  return absl::StrCat(workspace.metadata.name, "-",
                      hash.substr(0, kDigitsInName));
}

api::ControllerRevision RenderRevision(const api::Workspace& workspace,
                                       int64_t number) {
  const std::string hash = RevisionHash(workspace);
  api::ControllerRevision revision;
  revision.metadata = OwnedMetadata(workspace, RevisionName(workspace, hash));
  revision.metadata.labels = {
      {std::string(api::label::kRevisionOwner), workspace.metadata.name}};
  revision.metadata.annotations = {{std::string(api::annotation::kHash), hash}};
  revision.revision = number;
  revision.data = json::Object{{"resource", api::Encode(workspace.resource)},
                               {"inference", api::Encode(workspace.inference)},
                               {"tuning", api::Encode(workspace.tuning)}};
  return revision;
}

}  // namespace kaito::controller
