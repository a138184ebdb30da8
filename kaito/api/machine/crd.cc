#include "kaito/api/machine/crd.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "kaito/api/crd/crd.h"
#include "kaito/api/machine/claim_condition.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/machine/machine_condition.h"
#include "kaito/api/machine/names.h"
#include "kaito/api/machine/node_claim.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/schema/describe.h"
#include "kaito/base/json/value.h"

namespace kaito::api {
namespace {

PrinterColumn Column(const char* name, absl::string_view path,
                     const char* description, int priority = 0) {
  return {.name = name,
          .type = "string",
          .json_path = std::string(path),
          .description = description,
          .priority = priority};
}

PrinterColumn LabelColumn(const char* name, absl::string_view key,
                          const char* description, int priority = 0) {
  // A path has to escape the dots of a key.
  return Column(name,
                absl::StrCat(".metadata.labels.",
                             absl::StrReplaceAll(key, {{".", "\\."}})),
                description, priority);
}

PrinterColumn AgeColumn() {
  return {.name = "Age",
          .type = "date",
          .json_path = ".metadata.creationTimestamp",
          .description = "Time since its creation."};
}

json::Value OneVersion(const KindInfo& kind, json::Value schema,
                       std::vector<PrinterColumn> columns,
                       std::vector<std::string> short_names) {
  return ToJson({.group = std::string(kind.group),
                 .kind = std::string(kind.kind),
                 .plural = std::string(kind.plural),
                 .short_names = std::move(short_names),
                 .categories = {"karpenter"},
                 .scope = CustomResourceDefinition::Scope::kCluster,
                 .versions = {{.name = std::string(kind.version),
                               .storage = true,
                               .schema = std::move(schema),
                               .columns = std::move(columns)}}});
}

}  // namespace

json::Value MachineCrd(const CrdOptions& options) {
  return OneVersion(
      Machine::kKind, RootSchema(TypeFor<Machine>(), options),
      {LabelColumn("Type", karpenter::kInstanceTypeLabel, "Kind of instance."),
       LabelColumn("Zone", karpenter::kAzureZoneLabel, "Where it is."),
       Column("Node", ".status.nodeName", "Name of the Node."),
       ConditionColumn(std::string(machine_condition::kReady),
                       "Whether the node can be used.", 0),
       AgeColumn(),
       LabelColumn("Capacity", karpenter::kCapacityTypeLabel,
                   "On demand or spot.", 1),
       LabelColumn("Provisioner", karpenter::kProvisionerNameLabel,
                   "Always default.", 1),
       Column("Template", ".spec.machineTemplateRef.name",
              "Settings of the cloud.", 1)},
      {});
}

json::Value NodeClaimCrd(const CrdOptions& options) {
  return OneVersion(
      NodeClaim::kKind, RootSchema(TypeFor<NodeClaim>(), options),
      {LabelColumn("Type", karpenter::kInstanceTypeLabel, "Kind of instance."),
       LabelColumn("Capacity", karpenter::kCapacityTypeLabel,
                   "On demand, spot or reserved."),
       LabelColumn("Zone", karpenter::kZoneLabel, "Where it is."),
       Column("Node", ".status.nodeName", "Name of the Node."),
       ConditionColumn(std::string(claim_condition::kReady),
                       "Whether the node can be used.", 0),
       AgeColumn(),
       Column("ImageID", ".status.imageID", "What the instance runs.", 1),
       Column("ID", ".status.providerID", "The instance.", 1),
       LabelColumn("NodePool", karpenter::kNodePoolLabel, "Always kaito.", 1),
       Column("NodeClass", ".spec.nodeClassRef.name", "Settings of the cloud.",
              1),
       ConditionColumn(std::string(claim_condition::kDrifted),
                       "Whether it is not what it should be.", 1)},
      {});
}

json::Value KaitoNodeClassCrd(const CrdOptions& options) {
  return OneVersion(KaitoNodeClass::kKind,
                    RootSchema(TypeFor<KaitoNodeClass>(), options),
                    {AgeColumn()}, {"knc"});
}

}  // namespace kaito::api
