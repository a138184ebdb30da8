#ifndef KAITO_STANDALONE_APISERVER_SERVER_FAULT_INJECTOR_H_
#define KAITO_STANDALONE_APISERVER_SERVER_FAULT_INJECTOR_H_

// Misbehaviour on demand, for tests of controllers: kube/testing implements it.
// Without one, the server pays a null check.

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "kaito/standalone/apiserver/watch/watch_fault.h"

namespace kaito::apiserver {

struct RequestFacts {
  std::string method;
  std::string group;
  std::string resource;
  std::string ns;
  std::string name;
  std::string subresource;
  bool watch = false;
  std::string resource_version;
};

struct RequestFault {
  absl::Duration delay;  // Before anything else; holds a worker.
  // Answered instead of doing anything, where not OK: best an ApiStatus as
  // absl::Status (api/meta/api_status.h), such as a 409 or a 429.
  absl::Status error;
  // The request is done, and its answer is lost with the connection.
  bool lose_answer = false;
  // A list shows the state of so many versions ago.
  int64_t stale_versions = 0;
};

// Called from several threads at once.
class FaultInjector : public WatchFaults {
 public:
  // nullopt: all goes well.
  virtual std::optional<RequestFault> OnRequest(const RequestFacts& facts) = 0;
};

}  // namespace kaito::apiserver

#endif  // KAITO_STANDALONE_APISERVER_SERVER_FAULT_INJECTOR_H_
