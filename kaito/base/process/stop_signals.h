#ifndef KAITO_BASE_PROCESS_STOP_SIGNALS_H_
#define KAITO_BASE_PROCESS_STOP_SIGNALS_H_

// StopSignals: SIGINT and SIGTERM as a StopToken. main() makes one before it
// starts anything, and hands the token down.
//
//   KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<StopSignals> signals,
//                          StopSignals::Install());
//   absl::Status status = Serve(signals->token());
//
// The first signal asks; a second one of the same kind ends the process at
// once, as if nobody had listened.

#include <memory>

#include "absl/status/statusor.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/thread/thread.h"

namespace kaito {

class StopSignals {
 public:
  // FailedPrecondition while there is another one.
  static absl::StatusOr<std::unique_ptr<StopSignals>> Install();

  // Puts the former handlers back.
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // Stops with Cancelled and the signal's name. The callbacks run on a thread
  // of this object's, not in the handler.
  StopToken token() const { return source_.token(); }

  // The first signal that came, 0 before.
  int signal() const;

 private:
  StopSignals() = default;
  void Listen();

  StopSource source_;
  UniqueFd wake_read_;
  UniqueFd wake_write_;
  Thread listener_;  // Last: it uses all of the above.
};

}  // namespace kaito

#endif  // KAITO_BASE_PROCESS_STOP_SIGNALS_H_
