#ifndef KAITO_OPERATOR_POD_LOG_RELAY_H_
#define KAITO_OPERATOR_POD_LOG_RELAY_H_

// PodLogRelay: what `kubectl logs` asks the API server, passed on to the node
// agent. The server starts first and ends last: before and after, logs answer
// that nobody runs pods now.
//
//   KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<PodLogRelay> relay,
//                          PodLogRelay::Create());
//   ApiServer::Start(clock, {.pod_logs = relay->AsPodLogs(), ...});
//   relay->Attach(agent.get(), stop);
//   ...
//   relay->Detach();

#include <memory>

#include "absl/status/statusor.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/base/thread/thread_pool.h"
#include "kaito/standalone/apiserver/server/pod_logs.h"
#include "kaito/standalone/node/node_agent.h"

namespace kaito::controller {

class PodLogRelay {
 public:
  static absl::StatusOr<std::unique_ptr<PodLogRelay>> Create();
  ~PodLogRelay() { Detach(); }

  // Outlived by this object.
  apiserver::PodLogs AsPodLogs();

  // `agent` lives until Detach(); `stop` ends logs that are followed.
  void Attach(standalone::NodeAgent* agent, const StopToken& stop)
      KAITO_EXCLUDES(mutex_);
  // Ends the answers that are being written, and waits for them.
  void Detach() KAITO_EXCLUDES(mutex_);

 private:
  PodLogRelay() = default;
  void Answer(const apiserver::PodLogQuery& query, http::ResponseWriter& writer)
      KAITO_EXCLUDES(mutex_);

  Mutex mutex_;
  standalone::NodeAgent* agent_ KAITO_GUARDED_BY(mutex_) = nullptr;
  StopSource stop_ KAITO_GUARDED_BY(mutex_);
  // Its threads read while the client listens: a followed log takes one.
  std::unique_ptr<ThreadPool> pool_;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_POD_LOG_RELAY_H_
