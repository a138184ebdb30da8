#include "kaito/operator/controller/world.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/deployment.h"
#include "kaito/api/core/job.h"
#include "kaito/api/core/node.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/machine/machine.h"
#include "kaito/api/machine/names.h"
#include "kaito/base/json/value.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/kube/fake/fake_api_client.h"

namespace kaito::controller {
namespace {

json::Value True(absl::string_view type) {
  return json::Object{{"type", type}, {"status", "True"}};
}

bool IsGoing(const json::Value& object) {
  return !object.StringAt({"metadata", "deletionTimestamp"}).empty();
}

}  // namespace

void World::Step() {
  for (json::Value& machine : api_.ReadAll(api::Machine::kKind.gvr())) {
    StepMachine(std::move(machine));
  }
  for (json::Value& job : api_.ReadAll(api::Job::kKind.gvr())) {
    StepJob(std::move(job));
  }
  for (json::Value& d : api_.ReadAll(api::Deployment::kKind.gvr())) {
    StepDeployment(std::move(d));
  }
}

void World::StepMachine(json::Value machine) {
  const std::string name(machine.StringAt({"metadata", "name"}));
  const std::string node = absl::StrCat("aks-", name, "-0");
  if (IsGoing(machine)) {
    api_.Remove(api::Node::kKind.gvr(), {"", node});
    api_.Remove(api::Machine::kKind.gvr(), {"", name});
    return;
  }
  if (machine.Find("status") != nullptr) return;
  machine["metadata"]["finalizers"] =
      json::Array{api::karpenter::kTerminationFinalizer};
  machine["status"] = json::Object{
      {"nodeName", node},
      {"conditions",
       json::Array{True("MachineInitialized"), True("MachineLaunched"),
                   True("MachineRegistered"), True("Ready")}}};
  json::Value labels = *machine.FindPath({"metadata", "labels"});
  labels[api::karpenter::kInstanceTypeLabel] = "Standard_NC6s_v3";
  api_.Put(
      api::Node::kKind.gvr(),
      json::Object{
          {"apiVersion", "v1"},
          {"kind", "Node"},
          {"metadata", json::Object{{"name", node}, {"labels", labels}}},
          {"status",
           json::Object{{"capacity", json::Object{{"nvidia.com/gpu", "1"}}},
                        {"conditions", json::Array{True("Ready")}}}}});
  api_.Put(api::Machine::kKind.gvr(), std::move(machine));
}

void World::StepJob(json::Value job) {
  if (job.Find("status") != nullptr || IsGoing(job)) return;
  const std::string name(job.StringAt({"metadata", "name"}));
  const std::string ns(job.StringAt({"metadata", "namespace"}));
  json::Object state;
  if (jobs_end) {
    state["terminated"] =
        json::Object{{"exitCode", exit_code}, {"message", termination}};
  } else {
    state["running"] = json::Object();
  }
  api_.Put(
      api::Pod::kKind.gvr(),
      json::Object{
          {"apiVersion", "v1"},
          {"kind", "Pod"},
          {"metadata",
           json::Object{{"name", absl::StrCat(name, "-abcde")},
                        {"namespace", ns},
                        {"labels", *job.FindPath({"spec", "template",
                                                  "metadata", "labels"})},
                        {"ownerReferences",
                         json::Array{json::Object{
                             {"apiVersion", "batch/v1"},
                             {"kind", "Job"},
                             {"name", name},
                             {"uid", job.StringAt({"metadata", "uid"})},
                             {"controller", true}}}}}},
          {"status", json::Object{{"phase", jobs_end ? "Succeeded" : "Running"},
                                  {"containerStatuses",
                                   json::Array{json::Object{
                                       {"name", name}, {"state", state}}}}}}});
  job["status"] = json::Object{{"active", 1}};
  if (jobs_end && exit_code == 0) {
    job["status"]["conditions"] = json::Array{True("Complete")};
  }
  api_.Put(api::Job::kKind.gvr(), std::move(job));
}

void World::StepDeployment(json::Value deployment) {
  if (IsGoing(deployment)) return;
  const json::Value* generation =
      deployment.FindPath({"metadata", "generation"});
  if (generation == nullptr) return;
  const json::Value* seen =
      deployment.FindPath({"status", "observedGeneration"});
  if (seen != nullptr && *seen == *generation) return;
  const json::Value copy = *generation;
  deployment["status"] = json::Object{{"observedGeneration", copy},
                                      {"readyReplicas", 1},
                                      {"updatedReplicas", 1}};
  api_.Put(api::Deployment::kKind.gvr(), std::move(deployment));
}

}  // namespace kaito::controller
