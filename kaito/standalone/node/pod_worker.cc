#include "kaito/standalone/node/pod_worker.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/api/core/pod.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/log/log.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread.h"
#include "kaito/standalone/node/node_context.h"
#include "kaito/standalone/node/pod_directory.h"
#include "kaito/standalone/node/pod_runner.h"
#include "kaito/standalone/node/probe_board.h"

namespace kaito::standalone {
namespace {

// Between two tries to read what an earlier agent left.
constexpr absl::Duration kRecoverInterval = absl::Seconds(5);

}  // namespace

// What has come in for the worker's thread. Bounded by what a pod can cause:
// exits by its containers, answers by its probes.
class PodMailbox {
 public:
  // Changes the inbox, under the lock, and wakes the worker.
  void Post(const std::function<void(PodInbox&)>& change)
      KAITO_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    change(inbox_);
    news_ = true;
    changed_.NotifyAll();
  }

  // Waits for news, or until `deadline`, or for the stop.
  PodInbox Take(Clock& clock, SteadyTime deadline, const StopToken& stop)
      KAITO_EXCLUDES(mutex_) {
    const StopCallback wake = stop.OnStop([this] {
      MutexLock lock(mutex_);
      changed_.NotifyAll();
    });
    MutexLock lock(mutex_);
    while (!news_ && !stop.stopped()) {
      if (deadline == SteadyTime::InfiniteFuture()) {
        changed_.Wait(mutex_);
      } else if (clock.WaitUntil(changed_, mutex_, deadline)) {
        break;
      }
    }
    news_ = false;
    return std::exchange(inbox_, PodInbox());
  }

  void SetFinished() KAITO_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    finished_ = true;
  }
  bool finished() const KAITO_EXCLUDES(mutex_) {
    MutexLock lock(mutex_);
    return finished_;
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  PodInbox inbox_ KAITO_GUARDED_BY(mutex_);
  bool news_ KAITO_GUARDED_BY(mutex_) = false;
  bool finished_ KAITO_GUARDED_BY(mutex_) = false;
};

namespace {

void RunPod(const NodeContext& node, api::Pod pod, const PodDirectory& dir,
            const std::shared_ptr<PodMailbox>& mailbox, const StopToken& stop) {
  const std::string name = pod.metadata.name;
  PodRunner runner(node, std::move(pod), dir,
                   {.on_exit =
                        [mailbox](ContainerExit exit) {
                          mailbox->Post([&exit](PodInbox& inbox) {
                            inbox.exits.push_back(exit);
                          });
                        },
                    .on_answer =
                        [mailbox](const ProbeAnswer& answer) {
                          mailbox->Post([&answer](PodInbox& inbox) {
                            inbox.answers.push_back(answer);
                          });
                        }},
                   stop);
  while (true) {
    const absl::Status status = runner.Recover();
    if (status.ok()) break;
    KAITO_LOG(ERROR, "can't take up a pod that ran before",
              {{"pod", name}, {"error", status}});
    if (!WaitFor(node.clock, kRecoverInterval, stop).ok()) return;
  }
  PodInbox inbox;
  while (!stop.stopped()) {
    const PodRunner::Next next = runner.Sync(std::move(inbox));
    if (next.finished) break;
    inbox = mailbox->Take(node.clock, next.wake, stop);
  }
  mailbox->SetFinished();
}

}  // namespace

absl::StatusOr<std::unique_ptr<PodWorker>> PodWorker::Start(
    const NodeContext& node, api::Pod pod, const StopToken& stop) {
  KAITO_ASSIGN_OR_RETURN(PodDirectory dir,
                         PodDirectory::Of(node.pods_dir, pod.metadata.uid));
  auto mailbox = std::make_shared<PodMailbox>();
  std::unique_ptr<PodWorker> worker(
      new PodWorker(mailbox, stop));  // Private constructor.
  KAITO_ASSIGN_OR_RETURN(
      worker->thread_,
      Thread::Start("pod", [&node, pod = std::move(pod), dir = std::move(dir),
                            mailbox, token = worker->stop_.token()]() mutable {
        RunPod(node, std::move(pod), dir, mailbox, token);
      }));
  return worker;
}

PodWorker::~PodWorker() {
  (void)stop_.RequestStop();
  thread_.Join();
}

void PodWorker::Update(api::Pod pod) {
  mailbox_->Post([&pod](PodInbox& inbox) { inbox.pod = std::move(pod); });
}

void PodWorker::Remove() {
  mailbox_->Post([](PodInbox& inbox) { inbox.removed = true; });
}

void PodWorker::ShutDown() {
  mailbox_->Post([](PodInbox& inbox) { inbox.shut_down = true; });
}

bool PodWorker::finished() const { return mailbox_->finished(); }

}  // namespace kaito::standalone
