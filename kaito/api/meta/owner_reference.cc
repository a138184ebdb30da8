#include "kaito/api/meta/owner_reference.h"

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"

namespace kaito::api {
namespace {

absl::string_view GroupOf(absl::string_view api_version) {
  const size_t slash = api_version.find('/');
  return slash == api_version.npos ? "" : api_version.substr(0, slash);
}

}  // namespace

OwnerReference ControllerReference(const ObjectMeta& owner,
                                   const GroupVersionKind& kind) {
  return {.api_version = kind.api_version(),
          .kind = kind.kind,
          .name = owner.name,
          .uid = owner.uid,
          .controller = true,
          .block_owner_deletion = true};
}

bool SameOwner(const OwnerReference& a, const OwnerReference& b) {
  return a.kind == b.kind && a.name == b.name &&
         GroupOf(a.api_version) == GroupOf(b.api_version);
}

bool IsControlledBy(const ObjectMeta& object, const ObjectMeta& owner,
                    const GroupVersionKind& kind) {
  const OwnerReference* controller = object.controller();
  return controller != nullptr && controller->uid == owner.uid &&
         SameOwner(*controller, ControllerReference(owner, kind));
}

absl::Status SetController(const ObjectMeta& owner,
                           const GroupVersionKind& kind, ObjectMeta& object) {
  const OwnerReference wanted = ControllerReference(owner, kind);
  const OwnerReference* controller = object.controller();
  if (controller != nullptr && !SameOwner(*controller, wanted)) {
    return absl::FailedPreconditionError(
        absl::StrCat(object.name, ": belongs to ", controller->kind, " ",
                     controller->name, ", so ", kind.kind, " ", owner.name,
                     " can't manage it: delete or rename one of the two"));
  }
  for (OwnerReference& existing : object.owner_references) {
    if (!SameOwner(existing, wanted)) continue;
    existing = wanted;
    return absl::OkStatus();
  }
  object.owner_references.push_back(wanted);
  return absl::OkStatus();
}

}  // namespace kaito::api
