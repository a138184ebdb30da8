#include "kaito/standalone/node/node_agent.h"

#include <unistd.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/api/core/object_reference.h"
#include "kaito/api/core/pod.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/file/directory.h"
#include "kaito/base/file/path.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread_pool.h"
#include "kaito/kube/cache/cache.h"
#include "kaito/kube/cache/object_store.h"
#include "kaito/kube/client/api_client.h"
#include "kaito/standalone/network/forwarder.h"
#include "kaito/standalone/network/network.h"
#include "kaito/standalone/node/container_files.h"
#include "kaito/standalone/node/container_log.h"
#include "kaito/standalone/node/container_process.h"
#include "kaito/standalone/node/exit_watcher.h"
#include "kaito/standalone/node/image_table.h"
#include "kaito/standalone/node/local_nodes.h"
#include "kaito/standalone/node/machine.h"
#include "kaito/standalone/node/node_context.h"
#include "kaito/standalone/node/pod_directory.h"
#include "kaito/standalone/node/pod_events.h"
#include "kaito/standalone/node/pod_worker.h"
#include "kaito/standalone/node/process_plan.h"

namespace kaito::standalone {
namespace {

constexpr int64_t kMaxPodDirs = 100000;

// Probes of all pods; each takes a second at most by default.
constexpr int64_t kProbeThreads = 4;

// Of the last words to the API server.
constexpr absl::Duration kWithdrawTimeout = absl::Seconds(2);
// From a run's directory to its process, at most.
constexpr absl::Duration kStartTime = absl::Seconds(2);

class LocalNodeAgent final : public NodeAgent {
 public:
  LocalNodeAgent(const NodeAgentOptions& options, kube::ApiClient& client,
                 Clock& clock, Machine machine, const StopToken& stop)
      : clock_(clock),
        stop_(stop),
        images_(options.images),
        machine_(std::move(machine)),
        name_(options.node_name.empty() ? machine_.host_name
                                        : options.node_name),
        pods_dir_(JoinPath(options.data_dir, "pods")),
        events_(client, clock, "kaito-node", name_, stop_.token()) {}

  ~LocalNodeAgent() override {
    (void)stop_.RequestStop();
    if (cache_ != nullptr) cache_->core().Stop();
    nodes_.reset();
    MutexLock lock(mutex_);
    workers_.clear();
  }

  absl::Status Start(const NodeAgentOptions& options, kube::ApiClient& client) {
    KAITO_RETURN_IF_ERROR(MakeDirs(pods_dir_, 0700));
    KAITO_ASSIGN_OR_RETURN(watcher_, ExitWatcher::Create());
    KAITO_ASSIGN_OR_RETURN(
        probe_client_, http::Client::Create(
                           clock_, {.proxy_from = http::ProxyFrom::kNowhere}));
    KAITO_ASSIGN_OR_RETURN(
        probe_pool_,
        ThreadPool::Create({.name = "probe", .threads = kProbeThreads}));
    KAITO_ASSIGN_OR_RETURN(
        nodes_, LocalNodes::Open({.dir = JoinPath(options.data_dir, "nodes"),
                                  .name = name_,
                                  .labels = options.labels,
                                  .machine = machine_},
                                 client, clock_));
    node_ = std::make_unique<NodeContext>(NodeContext{
        .client = client,
        .clock = clock_,
        .watcher = *watcher_,
        .probe_client = *probe_client_,
        .probe_pool = *probe_pool_,
        .images = images_,
        .pods_dir = pods_dir_,
        .host_ip = "127.0.0.1",
        .base_env = options.base_env,
        .shim_command = options.shim_command,
        .log_limits = options.log_limits,
        .acquire_ip = options.acquire_ip,
        .release_ip = options.release_ip,
        .port_remaps = options.port_remaps,
        .event = [this](const api::Pod& pod, absl::string_view type,
                        absl::string_view reason, absl::string_view message) {
          events_.Tell(api::ReferenceTo(pod.metadata, api::Pod::kKind.gvk()),
                       type, reason, message);
        }});
    KAITO_RETURN_IF_ERROR(nodes_->Start(stop_.token()));
    cache_ = std::make_unique<kube::Cache<api::Pod>>(
        clock_, client,
        kube::CacheOptions{.gvr = api::Pod::kKind.gvr(),
                           .field_selector = "spec.nodeName!="},
        kube::Typed<api::Pod>);
    cache_->core().OnChange(
        [this](const kube::ObjectChange& change) { OnPod(change); });
    KAITO_RETURN_IF_ERROR(cache_->core().Start(stop_.token()));
    // Without the list nobody knows which pods of earlier agents are to go on.
    KAITO_RETURN_IF_ERROR(cache_->core().AwaitSync(stop_.token()));
    RemoveStrangers();
    return absl::OkStatus();
  }

  void ShutDown() override {
    cache_->core().Stop();
    std::map<std::string, std::unique_ptr<PodWorker>> workers;
    {
      MutexLock lock(mutex_);
      workers.swap(workers_);
    }
    for (auto& [uid, worker] : workers) worker->ShutDown();
    for (auto& [uid, worker] : workers) worker->AwaitFinished();
    StopSource soon(stop_.token(), clock_,
                    clock_.NowSteady() + kWithdrawTimeout);
    nodes_->Withdraw(soon.token());
  }

  LocalNodes& nodes() override { return *nodes_; }

  absl::Status ReadLog(const PodLogRequest& request,
                       absl::FunctionRef<absl::Status(absl::string_view)> emit,
                       const StopToken& stop) override {
    KAITO_ASSIGN_OR_RETURN(const PodDirectory dir,
                           PodDirectory::Of(pods_dir_, request.pod_uid));
    KAITO_ASSIGN_OR_RETURN(int64_t run, dir.LastRun(request.container));
    if (request.previous && --run == 0) {
      return absl::NotFoundError(absl::StrCat("container ", request.container,
                                              ": ran only once so far"));
    }
    const std::string run_dir = dir.RunDir(request.container, run);
    const std::string path = JoinPath(run_dir, kLogFile);
    if (request.follow) {
      const std::string exit_file = JoinPath(run_dir, kExitFile);
      const SteadyTime start = clock_.NowSteady();
      const auto ended = [&] {
        const auto process = FindContainer(run_dir, clock_, stop);
        if (process.ok() && process->has_value()) return false;
        // For a moment a run has its directory and no process yet.
        return access(exit_file.c_str(), F_OK) == 0 ||
               clock_.NowSteady() - start > kStartTime;
      };
      return FollowContainerLog(path, request.read, ended, emit, clock_, stop);
    }
    KAITO_ASSIGN_OR_RETURN(const std::string text,
                           ReadContainerLog(path, request.read));
    return emit(text);
  }

 private:
  // On the cache's thread.
  void OnPod(const kube::ObjectChange& change) KAITO_EXCLUDES(mutex_) {
    const auto pod = kube::Cache<api::Pod>::As(change.after);
    MutexLock lock(mutex_);
    // Joins threads that have ended.
    std::erase_if(workers_,
                  [](const auto& entry) { return entry.second->finished(); });
    if (change.before != nullptr &&
        (pod == nullptr || pod->metadata.uid != change.before->summary.uid)) {
      const auto gone = workers_.find(change.before->summary.uid);
      if (gone != workers_.end()) gone->second->Remove();
    }
    // Of a node that someone else has put there, or that is gone.
    if (pod == nullptr || !nodes_->Has(pod->spec.node_name)) return;
    const auto known = workers_.find(pod->metadata.uid);
    if (known != workers_.end()) {
      known->second->Update(*pod);
      return;
    }
    absl::StatusOr<std::unique_ptr<PodWorker>> worker =
        PodWorker::Start(*node_, *pod, stop_.token());
    if (worker.ok()) {
      workers_[pod->metadata.uid] = *std::move(worker);
      return;
    }
    KAITO_LOG(ERROR, "can't run a pod",
              {{"pod", pod->metadata.name}, {"error", worker.status()}});
  }

  // Pods of earlier agents that the API server has no more.
  void RemoveStrangers() KAITO_EXCLUDES(mutex_) {
    const auto names = ListDir(pods_dir_, kMaxPodDirs);
    if (!names.ok()) return;
    for (const std::string& uid : *names) {
      {
        MutexLock lock(mutex_);
        if (workers_.count(uid) > 0) continue;
      }
      const absl::StatusOr<PodDirectory> dir = PodDirectory::Of(pods_dir_, uid);
      const absl::Status status =
          dir.ok() ? dir->Remove(clock_, stop_.token()) : dir.status();
      KAITO_LOG(INFO, "removed a pod that the API server does not know",
                {{"uid", uid}, {"status", status}});
    }
  }

  Clock& clock_;
  StopSource stop_;
  const ImageTable images_;
  const Machine machine_;
  const std::string name_;
  const std::string pods_dir_;
  PodEvents events_;
  std::unique_ptr<LocalNodes> nodes_;
  std::unique_ptr<ExitWatcher> watcher_;
  std::unique_ptr<http::Client> probe_client_;
  std::unique_ptr<ThreadPool> probe_pool_;
  std::unique_ptr<NodeContext> node_;
  Mutex mutex_;
  std::map<std::string, std::unique_ptr<PodWorker>> workers_
      KAITO_GUARDED_BY(mutex_);
  std::unique_ptr<kube::Cache<api::Pod>> cache_;
};

}  // namespace

void UseNetwork(Network& network, NodeAgentOptions& options) {
  options.acquire_ip = [&network](const std::string& uid,
                                  const std::string& wanted) {
    return network.pods().Acquire(uid, wanted);
  };
  options.release_ip = [&network](const std::string& uid) {
    network.pods().Release(uid);
  };
  options.port_remaps = [&network] {
    std::vector<PortRemap> remaps;
    for (const auto& [at, bound] : network.forwarder().Moved()) {
      remaps.push_back(
          {.address = at.address, .port = at.port, .bound_port = bound});
    }
    return remaps;
  };
}

absl::StatusOr<std::unique_ptr<NodeAgent>> StartNodeAgent(
    const NodeAgentOptions& options, kube::ApiClient& client, Clock& clock,
    const StopToken& stop) {
  auto agent = std::make_unique<LocalNodeAgent>(options, client, clock,
                                                InspectMachine("/"), stop);
  KAITO_RETURN_IF_ERROR(agent->Start(options, client));
  return std::unique_ptr<NodeAgent>(std::move(agent));
}

}  // namespace kaito::standalone
