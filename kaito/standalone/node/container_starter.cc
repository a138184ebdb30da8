#include "kaito/standalone/node/container_starter.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "kaito/api/core/container.h"
#include "kaito/api/core/pod.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/node/container_files.h"
#include "kaito/standalone/node/container_process.h"
#include "kaito/standalone/node/environment.h"
#include "kaito/standalone/node/image_table.h"
#include "kaito/standalone/node/node_context.h"
#include "kaito/standalone/node/path_map.h"
#include "kaito/standalone/node/pod_api.h"
#include "kaito/standalone/node/pod_directory.h"
#include "kaito/standalone/node/pod_sources.h"
#include "kaito/standalone/node/probe.h"
#include "kaito/standalone/node/process_plan.h"
#include "kaito/standalone/node/volume_plan.h"

namespace kaito::standalone {
namespace {

// Where a kubelet puts the termination message, for containers that name it.
constexpr char kDefaultTerminationPath[] = "/dev/termination-log";

}  // namespace

absl::StatusOr<ProcessPlan> ContainerStarter::Plan(
    const api::Pod& pod, const api::Container& container,
    const std::string& pod_ip, int64_t run, std::string& reason) const {
  // First what no retry heals.
  reason = "ErrImagePull";
  KAITO_RETURN_IF_ERROR(node_.images.Find(container.image).status());
  reason = "CreateContainerConfigError";
  KAITO_ASSIGN_OR_RETURN(const PodSources sources,
                         FetchSources(node_.client, pod, stop_));
  KAITO_ASSIGN_OR_RETURN(const VolumePlan volumes,
                         PlanVolumes(pod.spec, sources, dir_.VolumesDir()));
  KAITO_RETURN_IF_ERROR(WriteVolumes(volumes));
  KAITO_ASSIGN_OR_RETURN(PathMap paths, MountsOf(volumes, container));
  const std::string termination_file =
      JoinPath(dir_.RunDir(container.name, run), kTerminationFile);
  paths.Add(container.termination_message_path.empty()
                ? kDefaultTerminationPath
                : container.termination_message_path,
            termination_file);
  const NodeFacts facts = {.node_name = pod.spec.node_name,
                           .host_ip = node_.host_ip,
                           .pod_ip = pod_ip,
                           .base = node_.base_env};
  return MakeProcessPlan({.pod = pod,
                          .container = container,
                          .images = node_.images,
                          .sources = sources,
                          .facts = facts,
                          .paths = paths,
                          .work_dir = dir_.WorkDir(container.name),
                          .termination_file = termination_file,
                          .remaps = node_.port_remaps()});
}

absl::StatusOr<ContainerProcess> ContainerStarter::Start(
    const api::Container& container, const ProcessPlan& plan, int64_t run,
    std::string& reason) const {
  reason = "RunContainerError";
  const std::string work_dir = dir_.WorkDir(container.name);
  KAITO_RETURN_IF_ERROR(MakeDirs(JoinPath(work_dir, "tmp"), 0700));
  for (const auto& [name, content] : plan.files) {
    KAITO_RETURN_IF_ERROR(WriteFileAtomic(JoinPath(work_dir, name), content,
                                          {.mode = 0600, .sync = false}));
  }
  return StartContainer({.shim_command = node_.shim_command,
                         .dir = dir_.RunDir(container.name, run),
                         .cwd = plan.cwd,
                         .argv = plan.argv,
                         .env = plan.env,
                         .log = node_.log_limits},
                        node_.clock, stop_);
}

ProbeTarget ContainerStarter::Target(const api::Container& container,
                                     const ProcessPlan& plan,
                                     const std::string& pod_ip) const {
  ProbeTarget target = {.pod_ip = pod_ip,
                        .ports = container.ports,
                        .env = plan.env,
                        .cwd = plan.cwd};
  const absl::StatusOr<const ImageStandIn*> image =
      node_.images.Find(container.image);
  if (image.ok()) target.image = *image;
  return target;
}

}  // namespace kaito::standalone
