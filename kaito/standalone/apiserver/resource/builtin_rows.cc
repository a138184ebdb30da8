#include "kaito/standalone/apiserver/resource/builtin_rows.h"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/meta/short_duration.h"
#include "kaito/api/meta/time.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/object/cell.h"
#include "kaito/standalone/apiserver/resource/pod_row.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"
#include "kaito/standalone/apiserver/resource/row_text.h"

namespace kaito::apiserver {
namespace {

std::string Name(const json::Value& object) {
  return Text(object, {"metadata", "name"});
}

json::Array ServiceRow(const json::Value& service, absl::Time now) {
  std::vector<std::string> ports;
  for (const json::Value& port : List(service, {"spec", "ports"})) {
    std::string text = absl::StrCat(Number(port, {"port"}));
    if (const int64_t node = Number(port, {"nodePort"}); node > 0) {
      absl::StrAppend(&text, ":", node);
    }
    ports.push_back(absl::StrCat(text, "/", Text(port, {"protocol"})));
  }
  std::vector<std::string> addresses;
  for (const json::Value& ingress :
       List(service, {"status", "loadBalancer", "ingress"})) {
    addresses.push_back(Text(ingress, {"ip"}));
  }
  const std::string type = Text(service, {"spec", "type"});
  std::string external = absl::StrJoin(addresses, ",");
  if (external.empty()) {
    external = type == "LoadBalancer" ? "<pending>" : "<none>";
  }
  if (type == "ExternalName")
    external = Text(service, {"spec", "externalName"});
  return {Name(service),
          type,
          TextOrNone(service, {"spec", "clusterIP"}),
          external,
          ports.empty() ? std::string("<none>") : absl::StrJoin(ports, ","),
          Age(service, now),
          LabelsText(service.FindPath({"spec", "selector"}))};
}

json::Array EndpointsRow(const json::Value& endpoints, absl::Time now) {
  std::vector<std::string> texts;
  for (const json::Value& subset : List(endpoints, {"subsets"})) {
    for (const json::Value& address : List(subset, {"addresses"})) {
      for (const json::Value& port : List(subset, {"ports"})) {
        texts.push_back(
            absl::StrCat(Text(address, {"ip"}), ":", Number(port, {"port"})));
      }
    }
  }
  std::string text = "<none>";
  if (!texts.empty()) {
    const size_t shown = texts.size() < 3 ? texts.size() : 3;
    text = absl::StrJoin(texts.begin(),
                         texts.begin() + static_cast<int64_t>(shown), ",");
    if (texts.size() > shown) {
      absl::StrAppend(&text, " + ", texts.size() - shown, " more...");
    }
  }
  return {Name(endpoints), text, Age(endpoints, now)};
}

json::Array NodeRow(const json::Value& node, absl::Time now) {
  std::string status = "Unknown";
  for (const json::Value& c : List(node, {"status", "conditions"})) {
    if (Text(c, {"type"}) == "Ready") {
      status = Text(c, {"status"}) == "True" ? "Ready" : "NotReady";
    }
  }
  const json::Value* off = node.FindPath({"spec", "unschedulable"});
  if (off != nullptr && off->boolean().value_or(false)) {
    absl::StrAppend(&status, ",SchedulingDisabled");
  }
  std::vector<std::string> roles;
  constexpr absl::string_view kRole = "node-role.kubernetes.io/";
  if (const json::Value* labels = node.FindPath({"metadata", "labels"});
      labels != nullptr && labels->is_object()) {
    for (const json::Member& label : *labels->object()) {
      if (absl::StartsWith(label.name, kRole)) {
        roles.push_back(label.name.substr(kRole.size()));
      }
    }
  }
  const auto address = [&](absl::string_view type) -> std::string {
    for (const json::Value& a : List(node, {"status", "addresses"})) {
      if (Text(a, {"type"}) == type) return Text(a, {"address"});
    }
    return "<none>";
  };
  const auto info = [&](absl::string_view field) {
    std::string text = Text(node, {"status", "nodeInfo", field});
    return text.empty() ? std::string("<unknown>") : text;
  };
  return {Name(node),
          status,
          roles.empty() ? std::string("<none>") : absl::StrJoin(roles, ","),
          Age(node, now),
          Text(node, {"status", "nodeInfo", "kubeletVersion"}),
          address("InternalIP"),
          address("ExternalIP"),
          info("osImage"),
          info("kernelVersion"),
          info("containerRuntimeVersion")};
}

json::Array EventRow(const json::Value& event, absl::Time now) {
  std::string first = Text(event, {"firstTimestamp"});
  std::string last = Text(event, {"lastTimestamp"});
  const std::string exact = Text(event, {"eventTime"});
  if (first.empty()) first = exact;
  if (last.empty()) last = Text(event, {"series", "lastObservedTime"});
  if (last.empty()) last = first;
  const std::string host = Text(event, {"source", "host"});
  std::string source = Text(event, {"source", "component"});
  if (source.empty()) source = Text(event, {"reportingComponent"});
  if (!host.empty()) absl::StrAppend(&source, ", ", host);
  std::string object = absl::StrCat(
      absl::AsciiStrToLower(Text(event, {"involvedObject", "kind"})), "/",
      Text(event, {"involvedObject", "name"}));
  const std::string message = Text(event, {"message"});
  return {AgeText(last, now),
          Text(event, {"type"}),
          Text(event, {"reason"}),
          object,
          Text(event, {"involvedObject", "fieldPath"}),
          source,
          std::string(absl::StripAsciiWhitespace(message)),
          AgeText(first, now),
          Number(event, {"series", "count"}, Number(event, {"count"}, 1)),
          Name(event)};
}

json::Array JobRow(const json::Value& job, absl::Time now) {
  const int64_t done = Number(job, {"status", "succeeded"});
  const int64_t wanted = Number(job, {"spec", "completions"}, -1);
  const int64_t parallel = Number(job, {"spec", "parallelism"}, 1);
  std::string completions = absl::StrCat(done, "/", wanted);
  if (wanted < 0) {
    completions = parallel > 1 ? absl::StrCat(done, "/1 of ", parallel)
                               : absl::StrCat(done, "/1");
  }
  std::string status = "Running";
  const json::Value* suspended = job.FindPath({"spec", "suspend"});
  if (suspended != nullptr && suspended->boolean().value_or(false)) {
    status = "Suspended";
  }
  for (const json::Value& c : List(job, {"status", "conditions"})) {
    if (Text(c, {"status"}) != "True") continue;
    const std::string type = Text(c, {"type"});
    if (type == "Complete" || type == "Failed") status = type;
  }
  std::string duration;
  const auto start = api::ParseTimestamp(Text(job, {"status", "startTime"}));
  const auto end = api::ParseTimestamp(Text(job, {"status", "completionTime"}));
  if (start.ok()) {
    duration = api::ShortDuration((end.ok() ? *end : now) - *start);
  }
  const json::Value* spec = job.FindPath({"spec", "template", "spec"});
  return {Name(job),
          status,
          completions,
          duration,
          Age(job, now),
          ContainerNames(spec),
          ContainerImages(spec),
          SelectorText(job.FindPath({"spec", "selector"}))};
}

json::Array DeploymentRow(const json::Value& d, absl::Time now) {
  const json::Value* spec = d.FindPath({"spec", "template", "spec"});
  return {Name(d),
          absl::StrCat(Number(d, {"status", "readyReplicas"}), "/",
                       Number(d, {"spec", "replicas"})),
          Number(d, {"status", "updatedReplicas"}),
          Number(d, {"status", "availableReplicas"}),
          Age(d, now),
          ContainerNames(spec),
          ContainerImages(spec),
          SelectorText(d.FindPath({"spec", "selector"}))};
}

json::Array ReplicaSetRow(const json::Value& set, absl::Time now) {
  const json::Value* spec = set.FindPath({"spec", "template", "spec"});
  return {Name(set),
          Number(set, {"spec", "replicas"}),
          Number(set, {"status", "replicas"}),
          Number(set, {"status", "readyReplicas"}),
          Age(set, now),
          ContainerNames(spec),
          ContainerImages(spec),
          SelectorText(set.FindPath({"spec", "selector"}))};
}

json::Array StatefulSetRow(const json::Value& set, absl::Time now) {
  const json::Value* spec = set.FindPath({"spec", "template", "spec"});
  return {Name(set),
          absl::StrCat(Number(set, {"status", "readyReplicas"}), "/",
                       Number(set, {"spec", "replicas"})),
          Age(set, now), ContainerNames(spec), ContainerImages(spec)};
}

json::Array RevisionRow(const json::Value& revision, absl::Time now) {
  std::string owner = "<none>";
  for (const json::Value& o : List(revision, {"metadata", "ownerReferences"})) {
    const json::Value* controller = o.Find("controller");
    if (controller == nullptr || !controller->boolean().value_or(false)) {
      continue;
    }
    std::string group = Text(o, {"apiVersion"});
    const size_t slash = group.find('/');
    group = slash == std::string::npos ? "" : "." + group.substr(0, slash);
    owner = absl::StrCat(absl::AsciiStrToLower(Text(o, {"kind"})), group, "/",
                         Text(o, {"name"}));
  }
  return {Name(revision), owner, Number(revision, {"revision"}),
          Age(revision, now)};
}

// "Name", "Age:date", "IP:string:1" ...
std::vector<TableColumn> Columns(absl::string_view text) {
  std::vector<TableColumn> columns;
  for (const absl::string_view word : absl::StrSplit(text, '|')) {
    const std::vector<std::string> parts = absl::StrSplit(word, ':');
    TableColumn column;
    column.name = parts[0];
    if (parts.size() > 1 && !parts[1].empty()) column.type = parts[1];
    column.priority = parts.size() > 2 ? 1 : 0;
    if (column.name == "Name") column.format = "name";
    columns.push_back(std::move(column));
  }
  return columns;
}

json::Array NameAndAge(const json::Value& object, absl::Time now) {
  return {Name(object), Age(object, now)};
}

using Tables = std::map<std::string, TablePrinter>;

Tables* MakeTables() {
  constexpr absl::string_view kTemplate =
      "Age|Containers::1|Images::1|Selector::1";
  auto* tables = new Tables;
  const auto add = [&](const char* kind, absl::string_view columns,
                       RowPrinter row) {
    (*tables)[kind] = {Columns(columns), std::move(row)};
  };
  add("", "Name|Age", NameAndAge);
  add("Pod",
      "Name|Ready|Status|Restarts|Age|IP::1|Node::1|Nominated Node::1|"
      "Readiness Gates::1",
      PodRow);
  add("Service", "Name|Type|Cluster-IP|External-IP|Port(s)|Age|Selector::1",
      ServiceRow);
  add("Endpoints", "Name|Endpoints|Age", EndpointsRow);
  add("Node",
      "Name|Status|Roles|Age|Version|Internal-IP::1|External-IP::1|"
      "OS-Image::1|Kernel-Version::1|Container-Runtime::1",
      NodeRow);
  add("Event",
      "Last Seen|Type|Reason|Object|Subobject::1|Source::1|Message|"
      "First Seen::1|Count:integer:1|Name::1",
      EventRow);
  add("Job", absl::StrCat("Name|Status|Completions|Duration|", kTemplate),
      JobRow);
  add("Deployment",
      absl::StrCat("Name|Ready|Up-to-date:integer|Available:integer|",
                   kTemplate),
      DeploymentRow);
  add("ReplicaSet",
      absl::StrCat("Name|Desired:integer|Current:integer|Ready:integer|",
                   kTemplate),
      ReplicaSetRow);
  add("StatefulSet", "Name|Ready|Age|Containers::1|Images::1", StatefulSetRow);
  add("ControllerRevision", "Name|Controller|Revision:integer|Age",
      RevisionRow);
  add("ConfigMap", "Name|Data:integer|Age",
      [](const json::Value& map, absl::Time now) {
        return json::Array{Name(map),
                           Size(map, {"data"}) + Size(map, {"binaryData"}),
                           Age(map, now)};
      });
  add("Secret", "Name|Type|Data:integer|Age",
      [](const json::Value& secret, absl::Time now) {
        return json::Array{Name(secret), Text(secret, {"type"}),
                           Size(secret, {"data"}), Age(secret, now)};
      });
  add("ServiceAccount", "Name|Secrets:integer|Age",
      [](const json::Value& account, absl::Time now) {
        return json::Array{Name(account), Size(account, {"secrets"}),
                           Age(account, now)};
      });
  add("Namespace", "Name|Status|Age",
      [](const json::Value& ns, absl::Time now) {
        return json::Array{Name(ns), Text(ns, {"status", "phase"}),
                           Age(ns, now)};
      });
  add("Lease", "Name|Holder|Age", [](const json::Value& lease, absl::Time now) {
    return json::Array{Name(lease), Text(lease, {"spec", "holderIdentity"}),
                       Age(lease, now)};
  });
  add("CustomResourceDefinition", "Name|Created At:date",
      [](const json::Value& crd, absl::Time) {
        return json::Array{Name(crd),
                           Text(crd, {"metadata", "creationTimestamp"})};
      });
  return tables;
}

}  // namespace

TablePrinter BuiltinTable(absl::string_view kind) {
  static const Tables& tables = *MakeTables();
  const auto it = tables.find(std::string(kind));
  return it != tables.end() ? it->second : tables.at("");
}

}  // namespace kaito::apiserver
