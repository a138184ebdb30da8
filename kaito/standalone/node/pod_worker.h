#ifndef KAITO_STANDALONE_NODE_POD_WORKER_H_
#define KAITO_STANDALONE_NODE_POD_WORKER_H_

// PodWorker: the thread of one pod of this node. It takes what happens (the pod
// changed, a process ended, a probe answered) and lets the pod's runner act. One
// thread a pod: a node has about a hundred at most, and none waits for another.
//
//   KAITO_ASSIGN_OR_RETURN(std::unique_ptr<PodWorker> worker,
//                          PodWorker::Start(node, pod, stop));
//   worker->Update(changed);
//   worker->Remove();            // The API server has it no more.
//   if (worker->finished()) workers.erase(uid);

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "kaito/api/core/pod.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"
#include "kaito/standalone/node/node_context.h"

namespace kaito::standalone {

class PodMailbox;

class PodWorker {
 public:
  // `node` outlives the worker. `stop` ends the thread and leaves the pod's
  // processes alone.
  static absl::StatusOr<std::unique_ptr<PodWorker>> Start(
      const NodeContext& node, api::Pod pod, const StopToken& stop);
  // Ends the thread; the pod's processes run on.
  ~PodWorker();
  PodWorker(const PodWorker&) = delete;
  PodWorker& operator=(const PodWorker&) = delete;

  void Update(api::Pod pod);
  void Remove();
  // Stops the pod's processes for an end of the agent: the next agent begins
  // them again, and nothing is counted or reported.
  void ShutDown();

  // The thread has ended: the pod is gone, or its processes are, at a shutdown.
  bool finished() const;
  void AwaitFinished() { thread_.Join(); }

 private:
  PodWorker(std::shared_ptr<PodMailbox> mailbox, const StopToken& stop)
      : mailbox_(std::move(mailbox)), stop_(stop) {}

  // Shared with callbacks of the exit watcher and of probes.
  const std::shared_ptr<PodMailbox> mailbox_;
  StopSource stop_;
  Thread thread_;
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_POD_WORKER_H_
