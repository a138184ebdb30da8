#ifndef KAITO_OPERATOR_CONTROLLER_EVENT_SINK_H_
#define KAITO_OPERATOR_CONTROLLER_EVENT_SINK_H_

// Where the reconciler tells of changes, for `kubectl describe`. Telling never
// fails a reconcile: who implements it drops what cannot be told.

#include <string>

#include "absl/strings/string_view.h"
#include "kaito/api/workspace/workspace.h"

namespace kaito::controller {

struct Event {
  bool is_warning = false;
  std::string reason;   // CamelCase.
  std::string message;  // One sentence; no credentials.
};

class EventSink {
 public:
  virtual ~EventSink() = default;
  // From any thread; must not block.
  virtual void Emit(const api::Workspace& workspace, const Event& event) = 0;
};

}  // namespace kaito::controller

#endif  // KAITO_OPERATOR_CONTROLLER_EVENT_SINK_H_
