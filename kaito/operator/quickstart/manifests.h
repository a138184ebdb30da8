#ifndef KAITO_OPERATOR_QUICKSTART_MANIFESTS_H_
#define KAITO_OPERATOR_QUICKSTART_MANIFESTS_H_

// The objects of examples/quickstart.yaml, with the addresses that are known
// only when the quick-start runs. Pure.
//
//   KAITO_ASSIGN_OR_RETURN(Manifests m, ParseManifests(yaml));
//   for (const json::Value& object : m.before) Apply(object);  // The registry.
//   for (const json::Value& object :
//        WithAddresses(m.after, {.registry = "127.64.0.3:5000",
//                                .data = "127.0.0.1:4711"})) ...

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/base/json/value.h"

namespace kaito::controller {

struct Manifests {
  std::vector<json::Value> before;  // Pods and Services: the registry.
  std::vector<json::Value> after;   // What needs its address.
  std::string workspace;            // The Workspace's name.
};

// InvalidArgument for bad YAML, an object without kind or name, a kind that the
// quick-start has no business with, and a file without a Workspace.
absl::StatusOr<Manifests> ParseManifests(absl::string_view yaml);

struct Addresses {
  std::string registry;  // host:port, in place of REGISTRY.
  std::string data;      // host:port, in place of DATA.
};

// Replaces the words in every string of the objects.
std::vector<json::Value> WithAddresses(std::vector<json::Value> objects,
                                       const Addresses& addresses);

api::GroupVersionResource ExampleWorkspaceGvr();

// Where objects of this kind are. InvalidArgument for those that
// ParseManifests() refuses.
absl::StatusOr<api::GroupVersionResource> ResourceOf(const json::Value& object);

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_QUICKSTART_MANIFESTS_H_
