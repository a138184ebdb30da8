#ifndef KAITO_STANDALONE_NODE_NODE_CONTEXT_H_
#define KAITO_STANDALONE_NODE_NODE_CONTEXT_H_

// NodeContext: what all pods of one node agent share. The agent makes it and
// outlives its pods' workers; tests make one of fakes.

#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/pod.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/client.h"
#include "kaito/base/thread/thread_pool.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/standalone/node/container_log.h"
#include "kaito/standalone/node/environment.h"
#include "kaito/standalone/node/exit_watcher.h"
#include "kaito/standalone/node/image_table.h"
#include "kaito/standalone/node/process_plan.h"

namespace kaito::standalone {

struct NodeContext {
  kube::ApiClient& client;
  Clock& clock;
  ExitWatcher& watcher;
  http::Client& probe_client;
  ThreadPool& probe_pool;
  const ImageTable& images;

  std::string pods_dir;
  std::string host_ip;
  Environment base_env;
  std::vector<std::string> shim_command;
  ContainerLogLimits log_limits;

  // An address for the pod with this uid: the same one each time, and `wanted`
  // where it is given and free.
  std::function<absl::StatusOr<std::string>(const std::string& uid,
                                            const std::string& wanted)>
      acquire_ip;
  std::function<void(const std::string& uid)> release_ip;
  std::function<std::vector<PortRemap>()> port_remaps;
  // Tells people; must not block for long, and never fails.
  std::function<void(const api::Pod& pod, absl::string_view type,
                     absl::string_view reason, absl::string_view message)>
      event;
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_NODE_CONTEXT_H_
