#include "kaito/standalone/node/pod_sources.h"

#include <string>
#include <vector>

#include "kaito/api/core/container.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/api/core/volume.h"

namespace kaito::standalone {
namespace {

void AddOf(const std::vector<api::Container>& containers, SourceNames& names) {
  for (const api::Container& container : containers) {
    for (const api::EnvFromSource& from : container.env_from) {
      if (from.config_map_ref)
        names.config_maps.insert(from.config_map_ref->name);
      if (from.secret_ref) names.secrets.insert(from.secret_ref->name);
    }
    for (const api::EnvVar& variable : container.env) {
      if (!variable.value_from) continue;
      const api::EnvVarSource& from = *variable.value_from;
      if (from.config_map_key_ref) {
        names.config_maps.insert(from.config_map_key_ref->name);
      }
      if (from.secret_key_ref) names.secrets.insert(from.secret_key_ref->name);
    }
  }
}

}  // namespace

SourceNames NamedSources(const api::PodSpec& spec) {
  SourceNames names;
  for (const api::Volume& volume : spec.volumes) {
    if (volume.config_map) names.config_maps.insert(volume.config_map->name);
    if (volume.secret) names.secrets.insert(volume.secret->secret_name);
  }
  AddOf(spec.init_containers, names);
  AddOf(spec.containers, names);
  return names;
}

}  // namespace kaito::standalone
