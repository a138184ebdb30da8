#ifndef KAITO_STANDALONE_APISERVER_SERVER_API_HANDLER_H_
#define KAITO_STANDALONE_APISERVER_SERVER_API_HANDLER_H_

// From HTTP to the verbs and back: paths, media types, errors, watches. For
// api_server.h.

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server_request.h"
#include "kaito/standalone/apiserver/resource/registry.h"
#include "kaito/standalone/apiserver/rest/id_source.h"
#include "kaito/standalone/apiserver/rest/render.h"
#include "kaito/standalone/apiserver/rest/verbs.h"
#include "kaito/standalone/apiserver/server/fault_injector.h"
#include "kaito/standalone/apiserver/server/pod_logs.h"
#include "kaito/standalone/apiserver/store/store.h"
#include "kaito/standalone/apiserver/watch/watch_hub.h"

namespace kaito::apiserver {

class ApiHandler {
 public:
  // All outlive it.
  ApiHandler(Store& store, Registry& registry, WatchHub& hub, Clock& clock,
             IdSource& ids, Verbs& verbs, const PodLogs& logs,
             const PodAttach& attach, FaultInjector* faults);

  void Handle(const http::ServerRequest& request, http::ResponseWriter& writer);

 private:
  // What goes wrong on purpose; true where that is all of the answer.
  bool Misbehave(const http::ServerRequest& request,
                 http::ResponseWriter& writer, RequestFault& fault);
  // Paths that are no resources; false where there is no such path.
  bool HandleFixed(const http::ServerRequest& request,
                   http::ResponseWriter& writer);
  bool HandleDiscovery(const http::ServerRequest& request,
                       http::ResponseWriter& writer);
  bool HandleOpenApi(const http::ServerRequest& request,
                     http::ResponseWriter& writer);
  absl::Status HandleResource(const http::ServerRequest& request,
                              const RequestFault& fault,
                              http::ResponseWriter& writer);
  absl::Status HandleRead(const Call& call, const http::ServerRequest& request,
                          http::ResponseWriter& writer);
  // exec, attach, port-forward.
  absl::Status HandleStream(const Call& call,
                            const http::ServerRequest& request,
                            http::ResponseWriter& writer);
  absl::Status HandleWatch(const Call& call, const Form& form,
                           http::ResponseWriter& writer);
  absl::StatusOr<Answer> HandleWrite(const Call& call,
                                     const http::ServerRequest& request);
  absl::StatusOr<Call> CallOf(const http::ServerRequest& request);

  Store& store_;
  Registry& registry_;
  WatchHub& hub_;
  Clock& clock_;
  IdSource& ids_;
  Verbs& verbs_;
  const PodLogs& logs_;
  const PodAttach& attach_;
  FaultInjector* const faults_;  // Null: none.
};

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SERVER_API_HANDLER_H_
