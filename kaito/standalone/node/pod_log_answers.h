#ifndef KAITO_STANDALONE_NODE_POD_LOG_ANSWERS_H_
#define KAITO_STANDALONE_NODE_POD_LOG_ANSWERS_H_

// PodLogAnswers: answers `kubectl logs` for the API server, from the logs that
// the node agent keeps. The server starts before the agent, so the agent comes
// later.
//
//   KAITO_ASSIGN_OR_RETURN(auto logs, PodLogAnswers::Create());
//   server = ApiServer::Start(clock, {..., .pod_logs = logs->function()});
//   agent = StartNodeAgent(...);
//   logs->SetAgent(agent.get());
//   ...
//   logs->Stop();   // Before the agent goes.

#include <memory>

#include "absl/status/statusor.h"
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
  static absl::StatusOr<std::unique_ptr<PodLogAnswers>> Create();
  ~PodLogAnswers() { Stop(); }

  // Valid as long as this object.
  apiserver::PodLogs function();
  // Until then answers say that there is no agent.
  void SetAgent(NodeAgent* agent) KAITO_EXCLUDES(mutex_);
  // Ends all answers; those that come later say that there is no agent.
  void Stop() KAITO_EXCLUDES(mutex_);

 private:
  PodLogAnswers() = default;
  void Answer(const apiserver::PodLogQuery& query, http::ResponseWriter writer)
      KAITO_EXCLUDES(mutex_);

  StopSource stop_;
  Mutex mutex_;
  NodeAgent* agent_ KAITO_GUARDED_BY(mutex_) = nullptr;
  std::unique_ptr<ThreadPool> pool_;
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NODE_POD_LOG_ANSWERS_H_
