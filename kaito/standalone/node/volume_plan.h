#ifndef KAITO_STANDALONE_NODE_VOLUME_PLAN_H_
#define KAITO_STANDALONE_NODE_VOLUME_PLAN_H_

// Volumes of a pod as directories of this machine: PlanVolumes says what there
// is to be (pure), WriteVolumes makes it, MountsOf gives a container's paths.
//
//   KAITO_ASSIGN_OR_RETURN(const VolumePlan plan,
//                          PlanVolumes(pod.spec, sources, volumes_dir));
//   KAITO_RETURN_IF_ERROR(WriteVolumes(plan));
//   KAITO_ASSIGN_OR_RETURN(const PathMap paths, MountsOf(plan, container));
//
// emptyDir (medium Memory too), hostPath, configMap and secret. A secret's files
// can be read by this user only, whatever mode is asked for: all pods run as
// that user, and others must not see them. ConfigMaps and Secrets are written
// once, when the pod starts.

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/pod_spec.h"
#include "kaito/base/log/secret.h"
#include "kaito/standalone/node/path_map.h"
#include "kaito/standalone/node/pod_sources.h"

namespace kaito::standalone {

struct PlannedFile {
  std::string path;  // Below the volume.
  ::kaito::Secret content;
  mode_t mode = 0644;
};

struct PlannedVolume {
  enum class Make {
    kDirectory,    // Made where it is missing.
    kEmptyFile,    // As above.
    kMustBeThere,  // Anything.
    kMustBeFile,
    kMustBeDirectory,
  };

  std::string host_path;
  Make make = Make::kDirectory;
  std::vector<PlannedFile> files;
};

// By the volume's name.
using VolumePlan = std::map<std::string, PlannedVolume>;

// FailedPrecondition where an object or key that is not optional is missing;
// Unimplemented for volumes of other kinds; InvalidArgument for paths that
// leave the volume.
absl::StatusOr<VolumePlan> PlanVolumes(const api::PodSpec& spec,
                                       const PodSources& sources,
                                       absl::string_view volumes_dir);

// Again does no harm: what is there is written anew.
absl::Status WriteVolumes(const VolumePlan& plan);

// InvalidArgument where a mount names no volume or leaves it.
absl::StatusOr<PathMap> MountsOf(const VolumePlan& plan,
                                 const api::Container& container);

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_VOLUME_PLAN_H_
