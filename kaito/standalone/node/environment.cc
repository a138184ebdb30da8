#include "kaito/standalone/node/environment.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/api/core/config_map.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/local_reference.h"
#include "kaito/api/core/pod.h"
#include "kaito/api/core/secret.h"
#include "kaito/api/meta/quantity.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/node/pod_sources.h"

namespace kaito::standalone {
namespace {

absl::Status Missing(absl::string_view kind, absl::string_view name,
                     absl::string_view key) {
  return absl::FailedPreconditionError(
      key.empty() ? absl::StrCat(kind, " ", name, " does not exist")
                  : absl::StrCat(kind, " ", name, " has no key ", key));
}

// nullopt: missing, and that is allowed.
absl::StatusOr<std::optional<std::string>> FromConfigMap(
    const api::KeySelector& ref, const PodSources& sources) {
  const bool optional = ref.optional.value_or(false);
  const auto map = sources.config_maps.find(ref.name);
  if (map == sources.config_maps.end()) {
    if (optional) return std::nullopt;
    return Missing("ConfigMap", ref.name, "");
  }
  const auto value = map->second.data.find(ref.key);
  if (value != map->second.data.end()) return value->second;
  if (optional) return std::nullopt;
  return Missing("ConfigMap", ref.name, ref.key);
}

absl::StatusOr<std::optional<std::string>> FromSecret(
    const api::KeySelector& ref, const PodSources& sources) {
  const bool optional = ref.optional.value_or(false);
  const auto secret = sources.secrets.find(ref.name);
  if (secret == sources.secrets.end()) {
    if (optional) return std::nullopt;
    return Missing("Secret", ref.name, "");
  }
  const absl::StatusOr<::kaito::Secret> value =
      api::SecretValue(secret->second, ref.key);
  if (value.ok()) return std::string(value->Reveal());
  if (absl::IsNotFound(value.status())) {
    if (optional) return std::nullopt;
    return Missing("Secret", ref.name, ref.key);
  }
  return value.status();
}

// "metadata.labels['app']" with prefix "metadata.labels[": app.
std::optional<absl::string_view> Subscript(absl::string_view path,
                                           absl::string_view prefix) {
  if (!absl::ConsumePrefix(&path, prefix) ||
      !absl::ConsumePrefix(&path, "['") || !absl::ConsumeSuffix(&path, "']")) {
    return std::nullopt;
  }
  return path;
}

absl::StatusOr<std::string> FieldOf(const api::Pod& pod, const NodeFacts& facts,
                                    absl::string_view path) {
  if (path == "metadata.name") return pod.metadata.name;
  if (path == "metadata.namespace") return pod.metadata.ns;
  if (path == "metadata.uid") return pod.metadata.uid;
  if (path == "spec.nodeName") return facts.node_name;
  if (path == "spec.serviceAccountName") return pod.spec.service_account_name;
  if (path == "status.hostIP") return facts.host_ip;
  if (path == "status.podIP" || path == "status.podIPs") return facts.pod_ip;
  if (const auto key = Subscript(path, "metadata.labels")) {
    return std::string(pod.metadata.label(*key));
  }
  if (const auto key = Subscript(path, "metadata.annotations")) {
    return std::string(pod.metadata.annotation(*key));
  }
  return absl::UnimplementedError(
      absl::StrCat("fieldRef ", path, ": no such field here"));
}

// "limits.memory": in whole units of the divisor, rounded up.
absl::StatusOr<std::string> ResourceOf(const api::Container& container,
                                       const api::ResourceFieldSelector& ref) {
  absl::string_view name = ref.resource;
  const bool limit = absl::ConsumePrefix(&name, "limits.");
  if (!limit && !absl::ConsumePrefix(&name, "requests.")) {
    return absl::UnimplementedError(
        absl::StrCat("resourceFieldRef ", ref.resource, ": no such field"));
  }
  api::Quantity amount;
  if (container.resources) {
    const api::ResourceList& list =
        limit ? container.resources->limits : container.resources->requests;
    const auto found = list.find(std::string(name));
    if (found != list.end()) amount = found->second;
  }
  const int64_t divisor =
      ref.divisor && ref.divisor->sign() > 0 ? ref.divisor->MilliValue() : 1000;
  const int64_t milli = amount.MilliValue();
  return absl::StrCat(milli / divisor + (milli % divisor != 0 ? 1 : 0));
}

// nullopt: the variable is left out.
absl::StatusOr<std::optional<std::string>> ValueFrom(
    const api::Pod& pod, const api::Container& container,
    const api::EnvVarSource& from, const PodSources& sources,
    const NodeFacts& facts) {
  if (from.config_map_key_ref) {
    return FromConfigMap(*from.config_map_key_ref, sources);
  }
  if (from.secret_key_ref) return FromSecret(*from.secret_key_ref, sources);
  if (from.field_ref) return FieldOf(pod, facts, from.field_ref->field_path);
  if (from.resource_field_ref) {
    return ResourceOf(container, *from.resource_field_ref);
  }
  return absl::UnimplementedError("valueFrom: no source that is known here");
}

absl::Status AddAllOf(const api::EnvFromSource& from, const PodSources& sources,
                      Environment& env) {
  if (from.config_map_ref) {
    const auto map = sources.config_maps.find(from.config_map_ref->name);
    if (map != sources.config_maps.end()) {
      for (const auto& [key, value] : map->second.data) {
        env[absl::StrCat(from.prefix, key)] = value;
      }
    } else if (!from.config_map_ref->optional.value_or(false)) {
      return Missing("ConfigMap", from.config_map_ref->name, "");
    }
  }
  if (from.secret_ref) {
    const auto secret = sources.secrets.find(from.secret_ref->name);
    if (secret != sources.secrets.end()) {
      for (const auto& [key, unused] : secret->second.data) {
        KAITO_ASSIGN_OR_RETURN(const ::kaito::Secret value,
                               api::SecretValue(secret->second, key));
        env[absl::StrCat(from.prefix, key)] = std::string(value.Reveal());
      }
    } else if (!from.secret_ref->optional.value_or(false)) {
      return Missing("Secret", from.secret_ref->name, "");
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Environment> MakeEnvironment(const api::Pod& pod,
                                            const api::Container& container,
                                            const PodSources& sources,
                                            const NodeFacts& facts) {
  Environment env = facts.base;
  env["HOSTNAME"] =
      pod.spec.hostname.empty() ? pod.metadata.name : pod.spec.hostname;
  env["POD_IP"] = facts.pod_ip;
  env["POD_NAME"] = pod.metadata.name;
  env["POD_NAMESPACE"] = pod.metadata.ns;
  for (const api::EnvFromSource& from : container.env_from) {
    KAITO_RETURN_IF_ERROR(AddAllOf(from, sources, env));
  }
  for (const api::EnvVar& variable : container.env) {
    if (!variable.value_from) {
      env[variable.name] = ExpandVariables(variable.value, env);
      continue;
    }
    KAITO_ASSIGN_OR_RETURN(
        std::optional<std::string> value,
        ValueFrom(pod, container, *variable.value_from, sources, facts));
    if (value) env[variable.name] = *std::move(value);
  }
  return env;
}

std::string ExpandVariables(absl::string_view text, const Environment& env) {
  std::string out;
  while (!text.empty()) {
    if (absl::StartsWith(text, "$$")) {
      out += '$';
      text.remove_prefix(2);
      continue;
    }
    const size_t end = text.find(')');
    if (absl::StartsWith(text, "$(") && end != absl::string_view::npos) {
      const auto found = env.find(std::string(text.substr(2, end - 2)));
      absl::StrAppend(&out, found != env.end()
                                ? absl::string_view(found->second)
                                : text.substr(0, end + 1));
      text.remove_prefix(end + 1);
      continue;
    }
    out += text[0];
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace kaito::standalone
