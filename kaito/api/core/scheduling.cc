#include "kaito/api/core/scheduling.h"

#include "absl/strings/string_view.h"
#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/type.h"

namespace kaito::api {
namespace {

constexpr absl::string_view kLabelKeyPattern =
    "^([a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?"
    "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$";

}  // namespace

bool Tolerates(const Toleration& toleration, const Taint& taint) {
  if (!toleration.effect.empty() && toleration.effect != taint.effect) {
    return false;
  }
  if (toleration.op == "Exists") {
    return toleration.key.empty() || toleration.key == taint.key;
  }
  if (!toleration.op.empty() && toleration.op != "Equal") return false;
  return toleration.key == taint.key && toleration.value == taint.value;
}

const StructType& Describe(const Taint*) {
  using T = Taint;
  static const StructType& type = OpenStruct<T>(
      "Keeps pods off a node that do not tolerate it.",
      {Of("key", &T::key, "What it is about.")
           .Required()
           .Always()
           .MinLength(1)
           .Pattern(kLabelKeyPattern),
       Of("value", &T::value, "Which of several.").Pattern(kLabelKeyPattern),
       Of("effect", &T::effect, "What it does to pods.")
           .Required()
           .Always()
           .Enum({"NoSchedule", "PreferNoSchedule", "NoExecute"}),
       Of("timeAdded", &T::time_added, "When it was put there.")});
  return type;
}

const StructType& Describe(const Toleration*) {
  using T = Toleration;
  static const StructType& type = OpenStruct<T>(
      "Lets a pod run in spite of a taint.",
      {Of("key", &T::key, "Key of the taint; none: all."),
       Of("operator", &T::op, "Equal or Exists."),
       Of("value", &T::value, "Value of the taint."),
       Of("effect", &T::effect, "Effect of the taint; none: all."),
       Of("tolerationSeconds", &T::toleration_seconds,
          "How long, for NoExecute.")});
  return type;
}

const StructType& Describe(const NodeSelectorRequirement*) {
  using T = NodeSelectorRequirement;
  static const StructType& type = OpenStruct<T>(
      "What a label of the node must be.",
      {Of("key", &T::key, "Key of the label.").Required().Always(),
       Of("operator", &T::op, "How values are compared.").Required().Always(),
       Of("values", &T::values, "What it is compared with.")});
  return type;
}

const StructType& Describe(const NodeSelectorTerm*) {
  using T = NodeSelectorTerm;
  static const StructType& type = OpenStruct<T>(
      "Requirements that must all hold.",
      {Of("matchExpressions", &T::match_expressions, "Of labels."),
       Of("matchFields", &T::match_fields, "Of fields.")});
  return type;
}

const StructType& Describe(const NodeSelector*) {
  static const StructType& type = OpenStruct<NodeSelector>(
      "Terms of which one must hold.",
      {Of("nodeSelectorTerms", &NodeSelector::node_selector_terms, "The terms.")
           .Required()
           .Always()});
  return type;
}

const StructType& Describe(const NodeAffinity*) {
  using T = NodeAffinity;
  static const StructType& type =
      OpenStruct<T>("Nodes that a pod wants.",
                    {Of("requiredDuringSchedulingIgnoredDuringExecution",
                        &T::required, "Nodes that it may run on."),
                     Of("preferredDuringSchedulingIgnoredDuringExecution",
                        &T::preferred, "Nodes that it would rather run on.")});
  return type;
}

const StructType& Describe(const Affinity*) {
  using T = Affinity;
  static const StructType& type = OpenStruct<T>(
      "What a pod wants to be near to.",
      {Of("nodeAffinity", &T::node_affinity, "Nodes."),
       Of("podAffinity", &T::pod_affinity, "Pods."),
       Of("podAntiAffinity", &T::pod_anti_affinity, "Pods to keep off.")});
  return type;
}

}  // namespace kaito::api
