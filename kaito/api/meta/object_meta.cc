#include "kaito/api/meta/object_meta.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {
namespace {

absl::string_view Lookup(const std::map<std::string, std::string>& map,
                         absl::string_view key) {
  const auto it = map.find(std::string(key));
  return it != map.end() ? absl::string_view(it->second) : absl::string_view();
}

}  // namespace

absl::string_view ObjectMeta::label(absl::string_view key) const {
  return Lookup(labels, key);
}

absl::string_view ObjectMeta::annotation(absl::string_view key) const {
  return Lookup(annotations, key);
}

bool ObjectMeta::HasFinalizer(absl::string_view finalizer) const {
  return std::find(finalizers.begin(), finalizers.end(), finalizer) !=
         finalizers.end();
}

const OwnerReference* ObjectMeta::controller() const {
  for (const OwnerReference& owner : owner_references) {
    if (owner.controller.value_or(false)) return &owner;
  }
  return nullptr;
}

const StructType& Describe(const OwnerReference*) {
  static const auto* type = new StructType(
      "An object that this one belongs to; it is deleted with its last owner.",
      {Of("apiVersion", &OwnerReference::api_version, "Of the owner.")
           .Required()
           .Always(),
       Of("kind", &OwnerReference::kind, "Of the owner.").Required().Always(),
       Of("name", &OwnerReference::name, "Of the owner.").Required().Always(),
       Of("uid", &OwnerReference::uid, "Of the owner.").Required().Always(),
       Of("controller", &OwnerReference::controller,
          "Whether the owner manages this object."),
       Of("blockOwnerDeletion", &OwnerReference::block_owner_deletion,
          "Whether a foreground deletion of the owner waits for this "
          "object.")});
  return *type;
}

const StructType& Describe(const ObjectMeta*) {
  static const auto* type = [] {
    auto* meta = new StructType(
        "Standard object metadata.",
        {Of("name", &ObjectMeta::name,
            "Unique among its kind, in its namespace."),
         Of("generateName", &ObjectMeta::generate_name,
            "A prefix from which the server makes a unique name."),
         Of("namespace", &ObjectMeta::ns,
            "The space in which the name is unique."),
         Of("uid", &ObjectMeta::uid, "Unique over space and time."),
         Of("resourceVersion", &ObjectMeta::resource_version,
            "Opaque version of the stored object."),
         Of("generation", &ObjectMeta::generation,
            "Counts the changes of the desired state."),
         Of("creationTimestamp", &ObjectMeta::creation_timestamp,
            "When the server stored it first."),
         Of("deletionTimestamp", &ObjectMeta::deletion_timestamp,
            "When its deletion was asked for."),
         Of("deletionGracePeriodSeconds",
            &ObjectMeta::deletion_grace_period_seconds,
            "How long it may take to end."),
         Of("labels", &ObjectMeta::labels, "For selecting objects."),
         Of("annotations", &ObjectMeta::annotations, "For everything else."),
         Of("ownerReferences", &ObjectMeta::owner_references,
            "Objects that it belongs to.")
             .ListMap({"uid"}),
         Of("finalizers", &ObjectMeta::finalizers,
            "Who must agree before it is gone.")
             .ListType("set")});
    meta->KeepOthers(Others(&ObjectMeta::others));
    return meta;
  }();
  return *type;
}

}  // namespace kaito::api
