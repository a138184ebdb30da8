#ifndef KAITO_BASE_THREAD_THREAD_H_
#define KAITO_BASE_THREAD_THREAD_H_

// Thread: a named thread whose owner joins it. For a loop of its own (an I/O
// loop, a monitor); for many short tasks use ThreadPool. Nothing is detached.
//
//   KAITO_ASSIGN_OR_RETURN(thread_, Thread::Start("node-agent", [this] {
//     Loop();
//   }));

#include <thread>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace kaito {

class Thread {
 public:
  // ResourceExhausted when the system gives no more threads. `body` must not
  // throw: that ends the process. The kernel shows 15 characters of `name`.
  static absl::StatusOr<Thread> Start(absl::string_view name,
                                      absl::AnyInvocable<void()> body);

  // Without a thread.
  Thread() = default;
  Thread(Thread&& other) noexcept = default;
  Thread& operator=(Thread&& other) noexcept;
  // Joins: ask the body to end first.
  ~Thread() { Join(); }

  // Waits for the body to end. Does nothing the second time.
  void Join();

 private:
  explicit Thread(std::thread thread);

  std::thread thread_;
};

}  // namespace kaito

#endif  // KAITO_BASE_THREAD_THREAD_H_
