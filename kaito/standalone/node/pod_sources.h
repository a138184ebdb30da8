#ifndef KAITO_STANDALONE_NODE_POD_SOURCES_H_
#define KAITO_STANDALONE_NODE_POD_SOURCES_H_

// PodSources: the ConfigMaps and Secrets that a pod names, as the pure planning
// of its volumes and environment takes them.

#include <map>
#include <set>
#include <string>

#include "kaito/api/core/config_map.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/core/secret.h"

namespace kaito::standalone {

// By name; what does not exist is absent.
struct PodSources {
  std::map<std::string, api::ConfigMap> config_maps;
  std::map<std::string, api::Secret> secrets;
};

struct SourceNames {
  std::set<std::string> config_maps;
  std::set<std::string> secrets;
};

// All that volumes and environments of the pod name.
SourceNames NamedSources(const api::PodSpec& spec);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_POD_SOURCES_H_
