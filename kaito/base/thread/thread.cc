#include "kaito/base/thread/thread.h"

#include <pthread.h>

#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kaito {
namespace {

// With the final zero; longer names are refused by the kernel.
constexpr int kMaxNameBytes = 16;

}  // namespace

absl::StatusOr<Thread> Thread::Start(absl::string_view name,
                                     absl::AnyInvocable<void()> body) {
  const std::string short_name(name.substr(0, kMaxNameBytes - 1));
  try {
    return Thread(
        std::thread([short_name, body = std::move(body)]() mutable noexcept {
          pthread_setname_np(pthread_self(), short_name.c_str());
          body();
          // What the body owns goes on its own thread.
          body = nullptr;
        }));
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(
        absl::StrCat("start thread ", name, ": ", error.what()));
  }
}

Thread::Thread(std::thread thread) : thread_(std::move(thread)) {}

Thread& Thread::operator=(Thread&& other) noexcept {
  if (this != &other) {
    Join();
    thread_ = std::move(other.thread_);
  }
  return *this;
}

void Thread::Join() {
  if (thread_.joinable()) thread_.join();
}

}  // namespace kaito
