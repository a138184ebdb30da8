#ifndef KAITO_STANDALONE_APISERVER_DISCOVERY_DISCOVERY_H_
#define KAITO_STANDALONE_APISERVER_DISCOVERY_DISCOVERY_H_

// What the server tells clients about the kinds it has: the discovery documents
// of /api and /apis, in the old form (a document for each group's version) and
// the aggregated one. Pure.

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "kaito/base/json/value.h"
#include "kaito/standalone/apiserver/resource/registry.h"

namespace kaito::apiserver {

// {"kind":"APIVersions"} of /api.
json::Value CoreVersions(absl::string_view server_address);
// {"kind":"APIGroupList"} of /apis.
json::Value Groups(const Catalog& catalog);
// {"kind":"APIGroup"} of /apis/<group>; nullopt where there is none.
std::optional<json::Value> OneGroup(const Catalog& catalog,
                                    absl::string_view group);
// {"kind":"APIResourceList"} of /api/v1 and /apis/<group>/<version>.
std::optional<json::Value> ResourcesOf(const Catalog& catalog,
                                       absl::string_view group,
                                       absl::string_view version);

// {"kind":"APIGroupDiscoveryList"}: of the core kinds, or of all others.
// `version` is "v2" or "v2beta1" of apidiscovery.k8s.io.
json::Value AggregatedDiscovery(const Catalog& catalog, bool core,
                                absl::string_view version);

// Which of those the header Accept wants: "v2", "v2beta1", or "" for the old
// form.
std::string DiscoveryVersion(absl::string_view accept);

// The answer of /version.
json::Value ServerVersion();

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_DISCOVERY_DISCOVERY_H_
