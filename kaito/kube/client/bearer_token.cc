#include "kaito/kube/client/bearer_token.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "kaito/base/clock/steady_time.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/log/log.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/sync/mutex.h"

namespace kaito::kube {
namespace {

// A service account's token has some 1 KB; one with many groups some more.
constexpr int64_t kMaxTokenBytes = 64 << 10;

}  // namespace

BearerToken::BearerToken(std::string path, Secret fixed)
    : path_(std::move(path)), token_(std::move(fixed)) {}

Secret BearerToken::Get(SteadyTime now) {
  {
    MutexLock lock(mutex_);
    const bool fresh = read_ && now - read_at_ < kTokenLifetime - kTokenLeeway;
    if (path_.empty() || fresh) return token_;
    // The file is read without the lock; others go on with the old token
    // meanwhile.
    read_ = true;
    read_at_ = now;
  }
  absl::StatusOr<std::string> text = ReadFile(path_, kMaxTokenBytes);
  if (!text.ok()) {
    KAITO_LOG(WARNING, "cannot read the token; going on with the old one",
              {{"path", path_}, {"error", text.status()}});
  }
  MutexLock lock(mutex_);
  if (text.ok()) {
    absl::StripAsciiWhitespace(&*text);
    token_ = Secret::Take(*std::move(text));
  }
  return token_;
}

bool BearerToken::Refused(SteadyTime sent) {
  MutexLock lock(mutex_);
  if (path_.empty()) return false;
  if (read_ && read_at_ > sent) return true;  // Renewed meanwhile.
  read_ = false;
  return true;
}

}  // namespace kaito::kube
