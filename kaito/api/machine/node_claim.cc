#include "kaito/api/machine/node_claim.h"

#include "absl/strings/string_view.h"
#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {
namespace {

// claim_validation.cc says the same in C++, for servers without CEL.
constexpr absl::string_view kLabelKeyPattern =
    "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
    "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$";

}  // namespace

const StructType& Describe(const NodeClassReference*) {
  using T = NodeClassReference;
  static const StructType& type =
      OpenStruct<T>("The object with settings of the cloud.",
                    {Of("group", &T::group, "API group of the object.")
                         .Required()
                         .Always()
                         .Pattern("^[^/]*$")
                         .Rule("self != ''", "group may not be empty"),
                     Of("kind", &T::kind, "Kind of the object.")
                         .Required()
                         .Always()
                         .Rule("self != ''", "kind may not be empty"),
                     Of("name", &T::name, "Name of the object.")
                         .Required()
                         .Always()
                         .Rule("self != ''", "name may not be empty")});
  return type;
}

const StructType& Describe(const ClaimRequirement*) {
  using T = ClaimRequirement;
  static const StructType& type = OpenStruct<T>(
      "What a label of the node must be.",
      {Of("key", &T::key, "Key of the label.")
           .Required()
           .Always()
           .MaxLength(316)
           .Pattern(kLabelKeyPattern)
           .Rule("self != 'kubernetes.io/hostname'",
                 "the label kubernetes.io/hostname is the node's own")
           .Rule("!self.matches('^([^/]*[.])?kubernetes[.]io/') || "
                 "self.matches('^([^/]*[.])?(node|node-restriction)[.]"
                 "kubernetes[.]io/') || self in "
                 "['node.kubernetes.io/instance-type', "
                 "'node.kubernetes.io/windows-build', "
                 "'topology.kubernetes.io/zone', "
                 "'topology.kubernetes.io/region', 'kubernetes.io/arch', "
                 "'kubernetes.io/os', 'beta.kubernetes.io/instance-type', "
                 "'beta.kubernetes.io/os', 'beta.kubernetes.io/arch', "
                 "'failure-domain.beta.kubernetes.io/zone', "
                 "'failure-domain.beta.kubernetes.io/region']",
                 "labels of kubernetes.io are restricted to the well-known "
                 "ones of nodes")
           .Rule("!self.matches('^([^/]*[.])?k8s[.]io/') || "
                 "self.matches('^([^/]*[.])?kops[.]k8s[.]io/')",
                 "labels of k8s.io are restricted")
           .Rule("!self.matches('^([^/]*[.])?karpenter[.]sh/') || self in "
                 "['karpenter.sh/capacity-type', 'karpenter.sh/nodepool']",
                 "labels of karpenter.sh are restricted to capacity-type and "
                 "nodepool"),
       Of("operator", &T::op, "How values are compared.")
           .Required()
           .Always()
           .Enum({"In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"}),
       Of("values", &T::values, "What it is compared with.").ListType("atomic"),
       Of("minValues", &T::min_values,
          "How many different values must be possible.")
           .Minimum(1)
           .Maximum(50)});
  return type;
}

const StructType& Describe(const NodeClaimSpec*) {
  using T = NodeClaimSpec;
  static const StructType& type = OpenStruct<T>(
      "What the node is to be.",
      {Of("taints", &T::taints, "Taints of the node."),
       Of("startupTaints", &T::startup_taints,
          "Taints of the node that others take away when it is ready."),
       Of("requirements", &T::requirements, "What its labels must be.")
           .Required()
           .Always()
           .MaxItems(100)
           .Rule("self.all(x, x.operator != 'In' || (has(x.values) && "
                 "size(x.values) > 0))",
                 "operator In needs a value")
           .Rule("self.all(x, !(x.operator in ['Gt', 'Lt']) || (has(x.values) "
                 "&& size(x.values) == 1 && "
                 "int(x.values[0]) >= 0))",
                 "operators Gt and Lt need one whole number, not negative")
           .Rule("self.all(x, x.operator != 'In' || !has(x.minValues) || "
                 "(has(x.values) && size(x.values) >= x.minValues))",
                 "minValues asks for more values than there are"),
       Of("resources", &T::resources, "What it must have."),
       Of("nodeClassRef", &T::node_class_ref, "Settings of the cloud.")
           .Required(),
       Of("terminationGracePeriod", &T::termination_grace_period,
          "How long draining may take before it gives way to force.")
           .Pattern("^([0-9]+(s|m|h))+$"),
       Of("expireAfter", &T::expire_after, "The longest that it may live.")
           .Default(kDefaultExpireAfter)
           .Pattern("^(([0-9]+(s|m|h))+|Never)$")});
  return type;
}

const StructType& Describe(const NodeClaimStatus*) {
  using T = NodeClaimStatus;
  static const StructType& type = OpenStruct<T>(
      "What has become of it.",
      {Of("nodeName", &T::node_name, "Name of the Node."),
       Of("providerID", &T::provider_id,
          "The instance, as its cloud names it."),
       Of("imageID", &T::image_id, "The image that the instance runs."),
       Of("capacity", &T::capacity, "All that the node has."),
       Of("allocatable", &T::allocatable, "What of it pods may use."),
       Of("conditions", &T::conditions, "Its state, aspect by aspect."),
       Of("lastPodEventTime", &T::last_pod_event_time,
          "When pods came or went last.")});
  return type;
}

const StructType& Describe(const NodeClaim*) {
  using T = NodeClaim;
  static const StructType& type = OpenStruct<T>(
      "A node that is to be, and what has become of it.",
      {Of("apiVersion", &T::api_version, "Always karpenter.sh/v1."),
       Of("kind", &T::kind, "Always NodeClaim."),
       Of("metadata", &T::metadata, "Name, labels."),
       Of("spec", &T::spec, "What the node is to be.")
           .Required()
           .Rule("self == oldSelf", "spec is immutable"),
       Of("status", &T::status, "What has become of it.")});
  return type;
}

const StructType& Describe(const KaitoNodeClass*) {
  using T = KaitoNodeClass;
  static const StructType& type = OpenStruct<T>(
      "Says that NodeClaims are KAITO's.",
      {Of("apiVersion", &T::api_version, "Always kaito.sh/v1alpha1."),
       Of("kind", &T::kind, "Always KaitoNodeClass."),
       Of("metadata", &T::metadata, "Name."),
       Of("spec", &T::spec, "Nothing so far."),
       Of("status", &T::status, "Nothing so far.")});
  return type;
}

}  // namespace kaito::api
