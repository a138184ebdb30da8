#include "kaito/standalone/apiserver/discovery/discovery.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/registry.h"
#include "kaito/standalone/apiserver/resource/resource_definition.h"

namespace kaito::apiserver {
namespace {

json::Value Strings(const std::vector<std::string>& strings) {
  json::Array array;
  for (const std::string& s : strings) array.emplace_back(s);
  return array;
}

struct Subresource {
  const char* name;
  const char* group = "";
  const char* version = "";
  const char* kind;
  std::vector<std::string> verbs;
};

std::vector<Subresource> SubresourcesOf(const ResourceDefinition& resource) {
  const std::vector<std::string> change = {"get", "patch", "update"};
  const char* kind = resource.kind.c_str();
  std::vector<Subresource> list;
  if (resource.group.empty() && resource.plural == "pods") {
    list.push_back({.name = "binding", .kind = "Binding", .verbs = {"create"}});
    list.push_back({.name = "log", .kind = kind, .verbs = {"get"}});
  }
  if (resource.scale.has_value()) {
    list.push_back({.name = "scale",
                    .group = "autoscaling",
                    .version = "v1",
                    .kind = "Scale",
                    .verbs = change});
  }
  if (resource.status) {
    list.push_back({.name = "status", .kind = kind, .verbs = change});
  }
  return list;
}

json::Value VerbsOf(const ResourceDefinition& resource) {
  if (resource.answer != nullptr) return json::Array{"create"};
  return Strings({"create", "delete", "deletecollection", "get", "list",
                  "patch", "update", "watch"});
}

// Versions of a group, the preferred one first.
std::vector<std::string> VersionsOf(const Catalog& catalog,
                                    absl::string_view group) {
  std::vector<std::string> versions;
  for (const ResourcePtr& resource : catalog.resources()) {
    if (resource->group != group) continue;
    bool known = false;
    for (const std::string& version : versions) {
      known |= version == resource->version;
    }
    if (!known) versions.push_back(resource->version);
  }
  return versions;
}

std::vector<std::string> GroupNames(const Catalog& catalog) {
  std::vector<std::string> names;
  for (const ResourcePtr& resource : catalog.resources()) {
    bool known = resource->group.empty();
    for (const std::string& name : names) known |= name == resource->group;
    if (!known) names.push_back(resource->group);
  }
  return names;
}

json::Value GroupOf(const std::string& name,
                    const std::vector<std::string>& versions) {
  json::Array list;
  for (const std::string& version : versions) {
    list.push_back(
        json::Object{{"groupVersion", absl::StrCat(name, "/", version)},
                     {"version", version}});
  }
  return json::Object{
      {"name", name}, {"versions", list}, {"preferredVersion", list.front()}};
}

json::Value AggregatedResource(const ResourceDefinition& resource) {
  json::Value out =
      json::Object{{"resource", resource.plural},
                   {"responseKind", json::Object{{"group", resource.group},
                                                 {"version", resource.version},
                                                 {"kind", resource.kind}}},
                   {"scope", resource.namespaced ? "Namespaced" : "Cluster"},
                   {"singularResource", resource.singular},
                   {"verbs", VerbsOf(resource)}};
  if (!resource.short_names.empty()) {
    out["shortNames"] = Strings(resource.short_names);
  }
  if (!resource.categories.empty()) {
    out["categories"] = Strings(resource.categories);
  }
  for (const Subresource& sub : SubresourcesOf(resource)) {
    out["subresources"].Append(
        json::Object{{"subresource", sub.name},
                     {"responseKind", json::Object{{"group", sub.group},
                                                   {"version", sub.version},
                                                   {"kind", sub.kind}}},
                     {"verbs", Strings(sub.verbs)}});
  }
  return out;
}

}  // namespace

json::Value CoreVersions(absl::string_view server_address) {
  return json::Object{
      {"kind", "APIVersions"},
      {"versions", json::Array{"v1"}},
      {"serverAddressByClientCIDRs",
       json::Array{json::Object{{"clientCIDR", "0.0.0.0/0"},
                                {"serverAddress", server_address}}}}};
}

json::Value Groups(const Catalog& catalog) {
  json::Array groups;
  for (const std::string& name : GroupNames(catalog)) {
    groups.push_back(GroupOf(name, VersionsOf(catalog, name)));
  }
  return json::Object{
      {"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", groups}};
}

std::optional<json::Value> OneGroup(const Catalog& catalog,
                                    absl::string_view group) {
  const std::vector<std::string> versions = VersionsOf(catalog, group);
  if (versions.empty() || group.empty()) return std::nullopt;
  json::Value out = GroupOf(std::string(group), versions);
  out["kind"] = "APIGroup";
  out["apiVersion"] = "v1";
  return out;
}

std::optional<json::Value> ResourcesOf(const Catalog& catalog,
                                       absl::string_view group,
                                       absl::string_view version) {
  if (!catalog.HasGroupVersion(group, version)) return std::nullopt;
  json::Array resources;
  for (const ResourcePtr& resource : catalog.resources()) {
    if (resource->group != group || resource->version != version) continue;
    json::Value one = json::Object{{"name", resource->plural},
                                   {"singularName", resource->singular},
                                   {"namespaced", resource->namespaced},
                                   {"kind", resource->kind},
                                   {"verbs", VerbsOf(*resource)}};
    if (!resource->short_names.empty()) {
      one["shortNames"] = Strings(resource->short_names);
    }
    if (!resource->categories.empty()) {
      one["categories"] = Strings(resource->categories);
    }
    resources.push_back(std::move(one));
    for (const Subresource& sub : SubresourcesOf(*resource)) {
      json::Value part =
          json::Object{{"name", absl::StrCat(resource->plural, "/", sub.name)},
                       {"singularName", ""},
                       {"namespaced", resource->namespaced},
                       {"kind", sub.kind},
                       {"verbs", Strings(sub.verbs)}};
      if (*sub.version != '\0') {
        part["group"] = sub.group;
        part["version"] = sub.version;
      }
      resources.push_back(std::move(part));
    }
  }
  return json::Object{
      {"kind", "APIResourceList"},
      {"apiVersion", "v1"},
      {"groupVersion", group.empty() ? std::string(version)
                                     : absl::StrCat(group, "/", version)},
      {"resources", resources}};
}

json::Value AggregatedDiscovery(const Catalog& catalog, bool core,
                                absl::string_view version) {
  json::Array items;
  const std::vector<std::string> names =
      core ? std::vector<std::string>{""} : GroupNames(catalog);
  for (const std::string& name : names) {
    json::Array versions;
    for (const std::string& v : VersionsOf(catalog, name)) {
      json::Array resources;
      for (const ResourcePtr& resource : catalog.resources()) {
        if (resource->group == name && resource->version == v) {
          resources.push_back(AggregatedResource(*resource));
        }
      }
      versions.push_back(json::Object{{"version", v},
                                      {"freshness", "Current"},
                                      {"resources", std::move(resources)}});
    }
    json::Value item = json::Object{{"versions", std::move(versions)}};
    item["metadata"] = json::Object{{"creationTimestamp", nullptr}};
    if (!name.empty()) item["metadata"]["name"] = name;
    items.push_back(std::move(item));
  }
  return json::Object{
      {"kind", "APIGroupDiscoveryList"},
      {"apiVersion", absl::StrCat("apidiscovery.k8s.io/", version)},
      {"metadata", json::Object()},
      {"items", std::move(items)}};
}

std::string DiscoveryVersion(absl::string_view accept) {
  for (const absl::string_view element : absl::StrSplit(accept, ',')) {
    if (!absl::StrContains(element, "as=APIGroupDiscoveryList")) continue;
    for (const char* version : {"v2", "v2beta1"}) {
      for (absl::string_view part : absl::StrSplit(element, ';')) {
        if (part == absl::StrCat("v=", version)) return version;
      }
    }
  }
  return "";
}

json::Value ServerVersion() {
  // The release whose API is served: clients compare it with their own.
  return json::Object{{"major", "1"},
                      {"minor", "30"},
                      {"gitVersion", "v1.30.0"},
                      {"gitCommit", ""},
                      {"gitTreeState", "clean"},
                      {"buildDate", "2024-04-17T00:00:00Z"},
                      {"goVersion", ""},
                      {"compiler", "c++"},
                      {"platform", "linux/amd64"}};
}

}  // namespace kaito::apiserver
