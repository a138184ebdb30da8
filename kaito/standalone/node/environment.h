#ifndef KAITO_STANDALONE_NODE_ENVIRONMENT_H_
#define KAITO_STANDALONE_NODE_ENVIRONMENT_H_

// The environment of a container: envFrom and env of its spec over what the
// node gives, with ConfigMaps, Secrets and fields of the pod looked up, and
// $(NAME) expanded. Pure.
//
//   KAITO_ASSIGN_OR_RETURN(const Environment env,
//                          MakeEnvironment(pod, container, sources, facts));
//   argv.push_back(ExpandVariables(arg, env));
//
// Values may be secrets: they are for the process alone, and no error shows
// them.

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/pod.h"
#include "kaito/standalone/node/pod_sources.h"

namespace kaito::standalone {

using Environment = std::map<std::string, std::string>;

// What only the node knows.
struct NodeFacts {
  std::string node_name;
  std::string host_ip;
  std::string pod_ip;
  Environment base;  // Of all containers, under what the spec says.
};

// FailedPrecondition where an object or key that is not optional is missing,
// Unimplemented for fields that have no value here.
absl::StatusOr<Environment> MakeEnvironment(const api::Pod& pod,
                                            const api::Container& container,
                                            const PodSources& sources,
                                            const NodeFacts& facts);

// $(NAME) becomes its value, and stays where there is none; $$ is one $.
std::string ExpandVariables(absl::string_view text, const Environment& env);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_ENVIRONMENT_H_
