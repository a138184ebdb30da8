#ifndef KAITO_STANDALONE_NODE_POD_LOG_ANSWERS_H_
#define KAITO_STANDALONE_NODE_POD_LOG_ANSWERS_H_

// PodLogAnswers: answers `kubectl logs` for the API server, from the logs that
// the node agent keeps, and refuses `kubectl attach` at the right moment. The
// server starts before the agent, so the agent comes later.
//
//   KAITO_ASSIGN_OR_RETURN(auto logs, PodLogAnswers::Create(clock));
//   server = ApiServer::Start(clock, {..., .pod_logs = logs->function(),
//                                     .pod_attach = logs->refusal()});
//   agent = StartNodeAgent(...);
//   logs->SetAgent(agent.get());
//   ...
//   logs->Stop();   // Before the agent goes.

#include <memory>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread_pool.h"
#include "kaito/standalone/apiserver/server/pod_logs.h"
#include "kaito/standalone/node/node_agent.h"

namespace kaito::standalone {

class PodLogAnswers {
 public:
  // A log that is followed holds one of some threads; more at a time wait.
  // `clock` outlives it.
  static absl::StatusOr<std::unique_ptr<PodLogAnswers>> Create(Clock& clock);
  ~PodLogAnswers() { Stop(); }

  // Both valid as long as this object.
  apiserver::PodLogs function();
  // Says that nobody can attach, once the container has ended or kPatience has
  // passed: `kubectl run -it` then asks for the log, once and without following
  // it, and so finds all of what a short command has printed.
  apiserver::PodAttach refusal();
  // More than a command that answers a question takes, less than people wait.
  static constexpr absl::Duration kPatience = absl::Seconds(10);
  // Until then answers say that there is no agent.
  void SetAgent(NodeAgent* agent) KAITO_EXCLUDES(mutex_);
  // Ends all answers; those that come later say that there is no agent.
  void Stop() KAITO_EXCLUDES(mutex_);

 private:
  explicit PodLogAnswers(Clock& clock) : clock_(clock) {}
  // Runs on a thread of the pool.
  using Work = void (PodLogAnswers::*)(const apiserver::PodLogQuery& query,
                                       http::ResponseWriter writer);
  void Submit(Work work, apiserver::PodLogQuery query,
              http::ResponseWriter writer);
  void Answer(const apiserver::PodLogQuery& query, http::ResponseWriter writer)
      KAITO_EXCLUDES(mutex_);
  void Refuse(const apiserver::PodLogQuery& query, http::ResponseWriter writer)
      KAITO_EXCLUDES(mutex_);
  NodeAgent* agent() KAITO_EXCLUDES(mutex_);

  Clock& clock_;
  StopSource stop_;
  Mutex mutex_;
  NodeAgent* agent_ KAITO_GUARDED_BY(mutex_) = nullptr;
  std::unique_ptr<ThreadPool> pool_;
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_POD_LOG_ANSWERS_H_
