#ifndef KAITO_STANDALONE_NODE_PROCESS_PLAN_H_
#define KAITO_STANDALONE_NODE_PROCESS_PLAN_H_

// MakeProcessPlan: a container of a pod as a process of this machine: which
// program, with which arguments, environment, directory and files. Pure.
//
//   KAITO_ASSIGN_OR_RETURN(const ProcessPlan plan, MakeProcessPlan({...}));
//
// Differences to a container, each because the process sees the whole machine:
// arguments and variables that name a mount path name the volume's directory
// (path_map.h), an address 0.0.0.0:PORT is the pod's own address, so that two
// pods can use one port, and HOME and TMPDIR are the pod's.

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/pod.h"
#include "kaito/standalone/node/environment.h"
#include "kaito/standalone/node/image_table.h"
#include "kaito/standalone/node/path_map.h"
#include "kaito/standalone/node/pod_sources.h"

namespace kaito::standalone {

// A Service's port that couldn't be bound, and the one that stands for it.
struct PortRemap {
  std::string address;
  int32_t port = 0;
  int32_t bound_port = 0;
};

struct ProcessInputs {
  const api::Pod& pod;
  const api::Container& container;
  const ImageTable& images;
  const PodSources& sources;
  const NodeFacts& facts;
  const PathMap& paths;
  std::string work_dir;  // The process's home; exists, its tmp/ too.
  std::string termination_file;
  std::vector<PortRemap> remaps;
};

struct ProcessPlan {
  std::vector<std::string> argv;
  Environment env;
  std::string cwd;
  // Name in work_dir and content: what a stand-in needs beside it.
  std::vector<std::pair<std::string, std::string>> files;
};

// NotFound for an image that can't run here; else as MakeEnvironment and
// StandInArguments.
absl::StatusOr<ProcessPlan> MakeProcessPlan(const ProcessInputs& in);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_PROCESS_PLAN_H_
