#include "kaito/standalone/apiserver/resource/builtin_validation.h"

#include <cstdint>
#include <initializer_list>
#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/label_selector.h"
#include "kaito/api/meta/names.h"
#include "kaito/api/schema/codec.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/custom_resources.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"

namespace kaito::apiserver {
namespace {

constexpr absl::string_view kImmutable = "may not be changed after creation";

const json::Array& ListAt(const json::Value* value, absl::string_view name) {
  static const auto* none = new json::Array;
  const json::Value* list = value != nullptr ? value->Find(name) : nullptr;
  return list != nullptr && list->is_array() ? *list->array() : *none;
}

void CheckNames(const json::Array& items, const std::string& path,
                std::set<std::string>& seen, api::FieldErrors& errors) {
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string name(items[i].StringAt({"name"}));
    const std::string item_path = absl::StrCat(path, "[", i, "].name");
    const std::string problem = api::ValidateDnsLabel(name);
    if (!problem.empty()) errors.Invalid(item_path, problem);
    if (!seen.insert(name).second) errors.Duplicate(item_path, name);
  }
}

void CheckPodSpec(const json::Value* spec, const std::string& path,
                  api::FieldErrors& errors) {
  const json::Array& containers = ListAt(spec, "containers");
  if (containers.empty()) {
    errors.Required(absl::StrCat(path, ".containers"),
                    "a pod has at least one container");
  }
  std::set<std::string> names;
  CheckNames(containers, absl::StrCat(path, ".containers"), names, errors);
  CheckNames(ListAt(spec, "initContainers"),
             absl::StrCat(path, ".initContainers"), names, errors);
  std::set<std::string> volumes;
  CheckNames(ListAt(spec, "volumes"), absl::StrCat(path, ".volumes"), volumes,
             errors);
  for (const char* list : {"containers", "initContainers"}) {
    const json::Array& items = ListAt(spec, list);
    for (size_t i = 0; i < items.size(); ++i) {
      const std::string item = absl::StrCat(path, ".", list, "[", i, "]");
      if (items[i].StringAt({"image"}).empty()) {
        errors.Required(absl::StrCat(item, ".image"),
                        "say what the container runs");
      }
      const json::Array& mounts = ListAt(&items[i], "volumeMounts");
      for (size_t m = 0; m < mounts.size(); ++m) {
        const std::string name(mounts[m].StringAt({"name"}));
        if (!volumes.contains(name)) {
          errors.Invalid(
              absl::StrCat(item, ".volumeMounts[", m, "].name"),
              absl::StrCat("there is no volume ", api::QuoteForMessage(name)));
        }
      }
    }
  }
  const absl::string_view restart =
      spec != nullptr ? spec->StringAt({"restartPolicy"}) : "";
  if (restart != "Always" && restart != "OnFailure" && restart != "Never") {
    errors.NotSupported(absl::StrCat(path, ".restartPolicy"), restart,
                        {"Always", "OnFailure", "Never"});
  }
}

// A pod's spec without what may be changed while it exists.
json::Value FixedPart(const json::Value& pod) {
  const json::Value* found = pod.Find("spec");
  json::Value spec = found != nullptr ? *found : json::Value(json::Object());
  for (const char* list : {"containers", "initContainers"}) {
    json::Value* items = spec.Find(list);
    if (items == nullptr || !items->is_array()) continue;
    for (json::Value& item : *items->array()) {
      if (item.is_object()) item.object()->Erase("image");
    }
  }
  for (const char* name :
       {"activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations",
        "schedulingGates"}) {
    if (spec.is_object()) spec.object()->Erase(name);
  }
  return spec;
}

void CheckSame(const json::Value* before, const json::Value& after,
               std::initializer_list<absl::string_view> path,
               absl::string_view name, api::FieldErrors& errors) {
  if (before == nullptr) return;
  const json::Value* a = before->FindPath(path);
  const json::Value* b = after.FindPath(path);
  const bool same = (a == nullptr && b == nullptr) ||
                    (a != nullptr && b != nullptr && *a == *b);
  if (!same) errors.Invalid(name, kImmutable);
}

}  // namespace

AdmissionVerdict ValidatePod(const json::Value* before,
                             const json::Value& after) {
  AdmissionVerdict verdict;
  CheckPodSpec(after.Find("spec"), "spec", verdict.errors);
  if (before != nullptr && FixedPart(*before) != FixedPart(after)) {
    verdict.errors.Forbidden(
        "spec",
        "a pod's spec is fixed at its creation, but for images, "
        "activeDeadlineSeconds, terminationGracePeriodSeconds and "
        "tolerations; nodeName is set by a Binding");
  }
  return verdict;
}

AdmissionVerdict ValidateWorkload(const json::Value* before,
                                  const json::Value& after) {
  AdmissionVerdict verdict;
  CheckPodSpec(after.FindPath({"spec", "template", "spec"}),
               "spec.template.spec", verdict.errors);
  CheckSame(before, after, {"spec", "selector"}, "spec.selector",
            verdict.errors);
  const json::Value* selector = after.FindPath({"spec", "selector"});
  if (selector == nullptr) return verdict;
  const auto decoded = api::Decode<api::LabelSelector>(*selector);
  std::map<std::string, std::string> labels;
  const json::Value* found =
      after.FindPath({"spec", "template", "metadata", "labels"});
  if (found != nullptr && found->is_object()) {
    for (const json::Member& label : *found->object()) {
      if (label.value.string() != nullptr) {
        labels[label.name] = *label.value.string();
      }
    }
  }
  if (decoded.object == api::LabelSelector()) {
    verdict.errors.Invalid("spec.selector",
                           "an empty selector would take every pod");
  } else if (!decoded.object.Matches(labels)) {
    verdict.errors.Invalid("spec.template.metadata.labels",
                           "`selector` does not match template `labels`");
  }
  return verdict;
}

AdmissionVerdict ValidateJob(const json::Value* before,
                             const json::Value& after) {
  AdmissionVerdict verdict;
  CheckPodSpec(after.FindPath({"spec", "template", "spec"}),
               "spec.template.spec", verdict.errors);
  if (after.StringAt({"spec", "template", "spec", "restartPolicy"}) ==
      "Always") {
    verdict.errors.NotSupported("spec.template.spec.restartPolicy", "Always",
                                {"OnFailure", "Never"});
  }
  CheckSame(before, after, {"spec", "template"}, "spec.template",
            verdict.errors);
  CheckSame(before, after, {"spec", "selector"}, "spec.selector",
            verdict.errors);
  CheckSame(before, after, {"spec", "completions"}, "spec.completions",
            verdict.errors);
  return verdict;
}

AdmissionVerdict ValidateService(const json::Value* before,
                                 const json::Value& after) {
  AdmissionVerdict verdict;
  const json::Array& ports = ListAt(after.Find("spec"), "ports");
  const absl::string_view type = after.StringAt({"spec", "type"});
  const bool headless = after.StringAt({"spec", "clusterIP"}) == "None";
  if (type != "ClusterIP" && type != "NodePort" && type != "LoadBalancer" &&
      type != "ExternalName") {
    verdict.errors.NotSupported(
        "spec.type", type,
        {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"});
  }
  if (ports.empty() && !headless && type != "ExternalName") {
    verdict.errors.Required("spec.ports", "say where the Service listens");
  }
  std::set<std::string> names;
  for (size_t i = 0; i < ports.size(); ++i) {
    const std::string path = absl::StrCat("spec.ports[", i, "]");
    const std::string name(ports[i].StringAt({"name"}));
    if (name.empty() && ports.size() > 1) {
      verdict.errors.Required(absl::StrCat(path, ".name"),
                              "several ports need names");
    } else if (!names.insert(name).second) {
      verdict.errors.Duplicate(absl::StrCat(path, ".name"), name);
    }
    const json::Value* port = ports[i].Find("port");
    const int64_t number = port != nullptr ? port->integer().value_or(0) : 0;
    if (number < 1 || number > 65535) {
      verdict.errors.Invalid(absl::StrCat(path, ".port"),
                             "must be from 1 to 65535");
    }
  }
  if (before != nullptr && type != "ExternalName" &&
      !before->StringAt({"spec", "clusterIP"}).empty() &&
      before->StringAt({"spec", "type"}) != "ExternalName") {
    CheckSame(before, after, {"spec", "clusterIP"}, "spec.clusterIPs[0]",
              verdict.errors);
  }
  return verdict;
}

AdmissionVerdict ValidateData(const json::Value* before,
                              const json::Value& after) {
  AdmissionVerdict verdict;
  const json::Value* fixed =
      before != nullptr ? before->Find("immutable") : nullptr;
  if (fixed != nullptr && fixed->boolean().value_or(false)) {
    constexpr absl::string_view kWhy =
        "may not be changed while `immutable` is set";
    for (const absl::string_view name : {"immutable", "data", "binaryData"}) {
      api::FieldErrors errors;
      CheckSame(before, after, {name}, name, errors);
      if (!errors.empty()) verdict.errors.Forbidden(name, kWhy);
    }
  }
  if (after.Find("type") != nullptr) {
    CheckSame(before, after, {"type"}, "type", verdict.errors);
  }
  return verdict;
}

AdmissionVerdict ValidateCustomDefinition(const json::Value* before,
                                          const json::Value& after) {
  AdmissionVerdict verdict;
  verdict.errors = ValidateDefinition(after);
  CheckSame(before, after, {"spec", "group"}, "spec.group", verdict.errors);
  CheckSame(before, after, {"spec", "names", "plural"}, "spec.names.plural",
            verdict.errors);
  CheckSame(before, after, {"spec", "names", "kind"}, "spec.names.kind",
            verdict.errors);
  CheckSame(before, after, {"spec", "scope"}, "spec.scope", verdict.errors);
  return verdict;
}

}  // namespace kaito::apiserver
