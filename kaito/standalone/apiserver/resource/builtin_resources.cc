#include "kaito/standalone/apiserver/resource/builtin_resources.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/builtin_defaults.h"
#include "kaito/standalone/apiserver/resource/builtin_rows.h"
#include "kaito/standalone/apiserver/resource/builtin_validation.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/schema/builtin_types.h"
#include "kaito/standalone/apiserver/schema/notation.h"
#include "kaito/standalone/apiserver/schema/schema.h"

namespace kaito::apiserver {
namespace {

constexpr char kEventsGroup[] = "events.k8s.io";

const std::vector<std::string>& EventFields() {
  static const auto* fields =
      new std::vector<std::string>{"involvedObject.kind",
                                   "involvedObject.namespace",
                                   "involvedObject.name",
                                   "involvedObject.uid",
                                   "involvedObject.apiVersion",
                                   "involvedObject.resourceVersion",
                                   "involvedObject.fieldPath",
                                   "reason",
                                   "reportingComponent",
                                   "source",
                                   "type"};
  return *fields;
}

void Rename(json::Value& object, absl::string_view from, absl::string_view to) {
  json::Value* value = object.Find(from);
  if (value == nullptr) return;
  json::Value moved = std::move(*value);
  object.object()->Erase(from);
  object[to] = std::move(moved);
}

// Fields of events.k8s.io/v1 and what they are called in core/v1.
constexpr std::pair<absl::string_view, absl::string_view> kEventNames[] = {
    {"regarding", "involvedObject"},
    {"note", "message"},
    {"reportingController", "reportingComponent"},
    {"deprecatedSource", "source"},
    {"deprecatedFirstTimestamp", "firstTimestamp"},
    {"deprecatedLastTimestamp", "lastTimestamp"},
    {"deprecatedCount", "count"},
};

void EventToCore(json::Value& event) {
  for (const auto& [events, core] : kEventNames) Rename(event, events, core);
}

void EventFromCore(json::Value& event) {
  for (const auto& [events, core] : kEventNames) Rename(event, core, events);
}

// Everybody with the certificate may do everything.
void AllowAll(json::Value& review) {
  review["status"] = json::Object{
      {"allowed", true},
      {"reason", "this server has one user, who may do everything"}};
}

void AllowAllRules(json::Value& review) {
  const json::Array all = {"*"};
  review["status"] = json::Object{
      {"incomplete", false},
      {"resourceRules",
       json::Array{json::Object{
           {"verbs", all}, {"apiGroups", all}, {"resources", all}}}},
      {"nonResourceRules",
       json::Array{json::Object{{"verbs", all}, {"nonResourceURLs", all}}}}};
}

void WhoAmI(json::Value& review) {
  review["status"]["userInfo"] = json::Object{
      {"username", "kaito-admin"},
      {"groups", json::Array{"system:masters", "system:authenticated"}}};
}

class Builder {
 public:
  Builder(absl::string_view group, absl::string_view version,
          absl::string_view kind, absl::string_view plural)
      : resource_(std::make_shared<ResourceDefinition>()) {
    resource_->group = std::string(group);
    resource_->version = std::string(version);
    resource_->kind = std::string(kind);
    resource_->list_kind = absl::StrCat(kind, "List");
    resource_->plural = std::string(plural);
    resource_->singular = absl::AsciiStrToLower(kind);
    resource_->storage_resource =
        group.empty() ? std::string(plural) : absl::StrCat(plural, ".", group);
    Type(kind);
    TablePrinter table = BuiltinTable(kind);
    resource_->columns = std::move(table.columns);
    resource_->print_row = std::move(table.row);
  }

  Builder& Type(absl::string_view name) {
    const auto& types = BuiltinTypes();
    resource_->schema = SchemaPtr(types, types->by_name.at(std::string(name)));
    return *this;
  }
  Builder& Short(std::vector<std::string> names) {
    resource_->short_names = std::move(names);
    return *this;
  }
  Builder& All() {
    resource_->categories = {"all"};
    return *this;
  }
  Builder& Cluster() {
    resource_->namespaced = false;
    return *this;
  }
  Builder& Status() {
    resource_->status = true;
    return *this;
  }
  Builder& NoGeneration() {
    resource_->counts_generations = false;
    return *this;
  }
  Builder& Fields(std::vector<std::string> fields) {
    resource_->selectable_fields = std::move(fields);
    return *this;
  }
  Builder& Defaults(DefaultHook hook) {
    resource_->set_defaults = std::move(hook);
    return *this;
  }
  Builder& Validate(ValidateHook hook) {
    resource_->validate = std::move(hook);
    return *this;
  }
  Builder& Scale() {
    resource_->scale = ScalePaths{.spec_replicas = ".spec.replicas",
                                  .status_replicas = ".status.replicas",
                                  .selector = ".spec.selector"};
    return *this;
  }
  Builder& Answer(std::function<void(json::Value&)> answer) {
    resource_->answer = std::move(answer);
    return *this;
  }
  ResourceDefinition& raw() { return *resource_; }
  operator ResourcePtr() const { return resource_; }  // NOLINT: a table.

 private:
  std::shared_ptr<ResourceDefinition> resource_;
};

Builder PodResource() {
  Builder pods("", "v1", "Pod", "pods");
  pods.Short({"po"}).All().Status().NoGeneration();
  pods.Fields({"spec.nodeName", "spec.restartPolicy", "spec.schedulerName",
               "spec.serviceAccountName", "status.phase", "status.podIP",
               "status.nominatedNodeName"});
  pods.Defaults(DefaultPod).Validate(ValidatePod);
  pods.raw().graceful_deletion = true;
  return pods;
}

Builder EventsV1() {
  Builder events(kEventsGroup, "v1", "Event", "events");
  events.Type("EventsV1Event").Short({"ev"}).NoGeneration();
  ResourceDefinition& raw = events.raw();
  raw.storage_resource = "events";
  raw.storage_api_version = "v1";
  raw.to_storage = EventToCore;
  raw.from_storage = EventFromCore;
  // Rows are printed of what is stored.
  raw.selectable_fields = EventFields();
  return events;
}

std::vector<ResourcePtr> CoreResources() {
  return {
      Builder("", "v1", "ConfigMap", "configmaps")
          .Short({"cm"})
          .NoGeneration()
          .Validate(ValidateData),
      Builder("", "v1", "Endpoints", "endpoints").Short({"ep"}).NoGeneration(),
      Builder("", "v1", "Event", "events")
          .Short({"ev"})
          .NoGeneration()
          .Fields(EventFields()),
      Builder("", "v1", "Namespace", "namespaces")
          .Short({"ns"})
          .Cluster()
          .Status()
          .NoGeneration()
          .Fields({"status.phase"})
          .Defaults(DefaultNamespace),
      Builder("", "v1", "Node", "nodes")
          .Short({"no"})
          .Cluster()
          .Status()
          .NoGeneration()
          .Fields({"spec.unschedulable"}),
      PodResource(),
      Builder("", "v1", "Secret", "secrets")
          .NoGeneration()
          .Fields({"type"})
          .Defaults(DefaultSecret)
          .Validate(ValidateData),
      Builder("", "v1", "ServiceAccount", "serviceaccounts")
          .Short({"sa"})
          .NoGeneration(),
      Builder("", "v1", "Service", "services")
          .Short({"svc"})
          .All()
          .Status()
          .NoGeneration()
          .Fields({"spec.clusterIP", "spec.type"})
          .Defaults(DefaultService)
          .Validate(ValidateService),
  };
}

std::vector<ResourcePtr> GroupedResources() {
  return {
      Builder("apiextensions.k8s.io", "v1", "CustomResourceDefinition",
              "customresourcedefinitions")
          .Short({"crd", "crds"})
          .Cluster()
          .Status()
          .Defaults(DefaultDefinition)
          .Validate(ValidateCustomDefinition),
      Builder("apps", "v1", "ControllerRevision", "controllerrevisions")
          .NoGeneration(),
      Builder("apps", "v1", "Deployment", "deployments")
          .Short({"deploy"})
          .All()
          .Status()
          .Scale()
          .Defaults(DefaultDeployment)
          .Validate(ValidateWorkload),
      Builder("apps", "v1", "ReplicaSet", "replicasets")
          .Short({"rs"})
          .All()
          .Status()
          .Scale()
          .Fields({"status.replicas"})
          .Defaults(DefaultWorkload)
          .Validate(ValidateWorkload),
      Builder("apps", "v1", "StatefulSet", "statefulsets")
          .Short({"sts"})
          .All()
          .Status()
          .Scale()
          .Defaults(DefaultStatefulSet)
          .Validate(ValidateWorkload),
      Builder("authentication.k8s.io", "v1", "SelfSubjectReview",
              "selfsubjectreviews")
          .Cluster()
          .Answer(WhoAmI),
      Builder("authorization.k8s.io", "v1", "SelfSubjectAccessReview",
              "selfsubjectaccessreviews")
          .Cluster()
          .Answer(AllowAll),
      Builder("authorization.k8s.io", "v1", "SelfSubjectRulesReview",
              "selfsubjectrulesreviews")
          .Cluster()
          .Answer(AllowAllRules),
      Builder("batch", "v1", "Job", "jobs")
          .All()
          .Status()
          .Fields({"status.successful"})
          .Defaults(DefaultJob)
          .Validate(ValidateJob),
      Builder("coordination.k8s.io", "v1", "Lease", "leases").NoGeneration(),
      EventsV1(),
  };
}

}  // namespace

std::vector<ResourcePtr> BuiltinResources() {
  std::vector<ResourcePtr> resources = CoreResources();
  for (const ResourcePtr& resource : GroupedResources()) {
    resources.push_back(resource);
  }
  return resources;
}

}  // namespace kaito::apiserver
