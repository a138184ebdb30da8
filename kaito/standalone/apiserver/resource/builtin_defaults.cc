#include "kaito/standalone/apiserver/resource/builtin_defaults.h"

#include <initializer_list>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/encoding/base64.h"
#include "kaito/base/json/value.h"

namespace kaito::apiserver {
namespace {

json::Value* At(json::Value& value,
                std::initializer_list<absl::string_view> names) {
  json::Value* at = &value;
  for (const absl::string_view name : names) {
    at = at->Find(name);
    if (at == nullptr) return nullptr;
  }
  return at;
}

void SetIfAbsent(json::Value& object, absl::string_view name,
                 json::Value value) {
  if (object.is_object() && object.Find(name) == nullptr) {
    object[name] = std::move(value);
  }
}

// A mutable tag is pulled each time.
bool IsLatest(absl::string_view image) {
  if (absl::StrContains(image, '@')) return false;
  const size_t colon = image.rfind(':');
  const size_t slash = image.rfind('/');
  if (colon == absl::string_view::npos ||
      (slash != absl::string_view::npos && colon < slash)) {
    return true;
  }
  return image.substr(colon + 1) == "latest";
}

void DefaultPodSpec(json::Value* spec) {
  if (spec == nullptr || !spec->is_object()) return;
  for (const char* list : {"initContainers", "containers"}) {
    json::Value* containers = spec->Find(list);
    if (containers == nullptr || !containers->is_array()) continue;
    for (json::Value& container : *containers->array()) {
      SetIfAbsent(
          container, "imagePullPolicy",
          IsLatest(container.StringAt({"image"})) ? "Always" : "IfNotPresent");
      // What is limited and not asked for is asked for.
      json::Value* limits = At(container, {"resources", "limits"});
      if (limits == nullptr || !limits->is_object()) continue;
      const json::Object limited = *limits->object();
      json::Value& requests = container["resources"]["requests"];
      if (!requests.is_object()) requests = json::Object();
      for (const json::Member& limit : limited) {
        SetIfAbsent(requests, limit.name, limit.value);
      }
    }
  }
  // The old name of the field goes along.
  if (const json::Value* account = spec->Find("serviceAccountName")) {
    SetIfAbsent(*spec, "serviceAccount", *account);
  }
}

absl::string_view QosClass(const json::Value& pod) {
  const json::Value* containers = pod.FindPath({"spec", "containers"});
  bool any = false;
  bool guaranteed = true;
  if (containers != nullptr && containers->is_array()) {
    for (const json::Value& container : *containers->array()) {
      const json::Value* limits = container.FindPath({"resources", "limits"});
      const json::Value* requests =
          container.FindPath({"resources", "requests"});
      for (const char* name : {"cpu", "memory"}) {
        const json::Value* limit =
            limits != nullptr ? limits->Find(name) : nullptr;
        const json::Value* request =
            requests != nullptr ? requests->Find(name) : nullptr;
        any |= limit != nullptr || request != nullptr;
        guaranteed &=
            limit != nullptr && request != nullptr && *limit == *request;
      }
    }
  }
  if (!any) return "BestEffort";
  return guaranteed ? "Guaranteed" : "Burstable";
}

}  // namespace

void DefaultPod(json::Value& pod) {
  json::Value* spec = pod.Find("spec");
  if (spec != nullptr && spec->is_object()) {
    SetIfAbsent(*spec, "serviceAccountName", "default");
    SetIfAbsent(*spec, "enableServiceLinks", true);
  }
  DefaultPodSpec(spec);
  json::Value& status = pod["status"];
  if (!status.is_object()) status = json::Object();
  SetIfAbsent(status, "phase", "Pending");
  SetIfAbsent(status, "qosClass", QosClass(pod));
}

void DefaultWorkload(json::Value& workload) {
  DefaultPodSpec(At(workload, {"spec", "template", "spec"}));
}

void DefaultDeployment(json::Value& deployment) {
  DefaultWorkload(deployment);
  json::Value* strategy = At(deployment, {"spec", "strategy"});
  if (strategy != nullptr && strategy->StringAt({"type"}) == "RollingUpdate") {
    json::Value& update = (*strategy)["rollingUpdate"];
    if (!update.is_object()) update = json::Object();
    SetIfAbsent(update, "maxSurge", "25%");
    SetIfAbsent(update, "maxUnavailable", "25%");
  }
}

void DefaultStatefulSet(json::Value& set) {
  DefaultWorkload(set);
  json::Value* strategy = At(set, {"spec", "updateStrategy"});
  if (strategy != nullptr && strategy->StringAt({"type"}) == "RollingUpdate") {
    json::Value& update = (*strategy)["rollingUpdate"];
    if (!update.is_object()) update = json::Object();
    SetIfAbsent(update, "partition", 0);
  }
}

void DefaultJob(json::Value& job) {
  DefaultWorkload(job);
  json::Value* spec = job.Find("spec");
  if (spec == nullptr || !spec->is_object()) return;
  if (spec->Find("completions") == nullptr &&
      spec->Find("parallelism") == nullptr) {
    (*spec)["completions"] = 1;
  }
  SetIfAbsent(*spec, "parallelism", 1);
  const json::Value* manual = spec->Find("manualSelector");
  const absl::string_view uid = job.StringAt({"metadata", "uid"});
  if ((manual != nullptr && manual->boolean().value_or(false)) || uid.empty() ||
      spec->Find("selector") != nullptr) {
    return;
  }
  (*spec)["selector"]["matchLabels"]["batch.kubernetes.io/controller-uid"] =
      uid;
  json::Value& labels = (*spec)["template"]["metadata"]["labels"];
  const absl::string_view name = job.StringAt({"metadata", "name"});
  labels["batch.kubernetes.io/controller-uid"] = uid;
  labels["batch.kubernetes.io/job-name"] = name;
  // Older clients look for these.
  labels["controller-uid"] = uid;
  labels["job-name"] = name;
}

void DefaultService(json::Value& service) {
  json::Value* spec = service.Find("spec");
  if (spec == nullptr || !spec->is_object()) return;
  json::Value* ports = spec->Find("ports");
  if (ports != nullptr && ports->is_array()) {
    for (json::Value& port : *ports->array()) {
      if (const json::Value* number = port.Find("port")) {
        SetIfAbsent(port, "targetPort", *number);
      }
    }
  }
  if (spec->StringAt({"type"}) == "ExternalName") {
    spec->object()->Erase("internalTrafficPolicy");
    return;
  }
  SetIfAbsent(*spec, "ipFamilies", json::Array{"IPv4"});
  SetIfAbsent(*spec, "ipFamilyPolicy", "SingleStack");
  const std::string address(spec->StringAt({"clusterIP"}));
  if (!address.empty()) {
    SetIfAbsent(*spec, "clusterIPs", json::Array{address});
  }
}

void DefaultNamespace(json::Value& ns) {
  ns["metadata"]["labels"]["kubernetes.io/metadata.name"] =
      ns.StringAt({"metadata", "name"});
  json::Value& spec = ns["spec"];
  if (!spec.is_object()) spec = json::Object();
  if (ns.StringAt({"metadata", "deletionTimestamp"}).empty()) {
    SetIfAbsent(spec, "finalizers", json::Array{"kubernetes"});
  }
  json::Value& status = ns["status"];
  if (!status.is_object()) status = json::Object();
  SetIfAbsent(status, "phase", "Active");
}

void DefaultSecret(json::Value& secret) {
  json::Value* plain = secret.Find("stringData");
  if (plain == nullptr || !plain->is_object()) return;
  for (const json::Member& member : *plain->object()) {
    if (member.value.string() != nullptr) {
      secret["data"][member.name] = Base64Encode(*member.value.string());
    }
  }
  secret.object()->Erase("stringData");
}

void DefaultDefinition(json::Value& definition) {
  json::Value* names = At(definition, {"spec", "names"});
  if (names == nullptr || !names->is_object()) return;
  const std::string kind(names->StringAt({"kind"}));
  SetIfAbsent(*names, "singular", absl::AsciiStrToLower(kind));
  SetIfAbsent(*names, "listKind", absl::StrCat(kind, "List"));
  json::Value& status = definition["status"];
  if (status.is_object() && status.Find("conditions") != nullptr) return;
  const std::string created(
      definition.StringAt({"metadata", "creationTimestamp"}));
  const auto condition = [&](const char* type, const char* reason,
                             const char* message) {
    return json::Object{{"type", type},
                        {"status", "True"},
                        {"reason", reason},
                        {"message", message},
                        {"lastTransitionTime", created}};
  };
  status["acceptedNames"] = *names;
  status["conditions"] = json::Array{
      condition("NamesAccepted", "NoConflicts", "no conflicts found"),
      condition("Established", "InitialNamesAccepted",
                "the names have been accepted")};
  const json::Value* versions = definition.FindPath({"spec", "versions"});
  if (versions == nullptr || !versions->is_array()) return;
  for (const json::Value& version : *versions->array()) {
    const json::Value* storage = version.Find("storage");
    if (storage != nullptr && storage->boolean().value_or(false)) {
      status["storedVersions"] = json::Array{version.StringAt({"name"})};
    }
  }
}

}  // namespace kaito::apiserver
