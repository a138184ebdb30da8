#ifndef KAITO_RUNTIME_OCI_FAKE_REGISTRY_H_
#define KAITO_RUNTIME_OCI_FAKE_REGISTRY_H_

// A registry in the test's own process: keeps blobs and manifests in memory,
// asks for logins, and fails when told to. Speaks as much of the protocol as a
// client of images needs, strictly: digests must fit.

#include <map>
#include <memory>
#include <string>

#include "kaito/base/clock/real_clock.h"
#include "kaito/base/http/server.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/notification.h"

namespace kaito::runtime {

class FakeRegistry {
 public:
  enum class Login { kNone, kBasic, kToken };

  explicit FakeRegistry(Login login);
  ~FakeRegistry() { ends_.Notify(); }

  std::string host() const;  // "127.0.0.1:port"

  // User and password are both "me".
  static std::string AuthConfig(const std::string& host);

  std::map<std::string, std::string> Blobs() const;
  std::string ManifestOf(const std::string& reference) const;
  void PutManifest(const std::string& reference, const std::string& text);
  void PutBlob(const std::string& digest, const std::string& bytes);
  // The next requests get 503.
  void FailNext(int requests);
  // From now on nothing is answered until this object ends; `held` tells of the
  // first request that waits.
  void Hold();
  Notification& held() { return held_; }
  int uploads() const;

 private:
  void Handle(const http::ServerRequest& request, http::ResponseWriter& writer);
  http::Response Answer(const http::ServerRequest& request);
  http::Response AnswerBlob(const http::ServerRequest& request,
                            const std::string& digest);
  http::Response AnswerUpload(const http::ServerRequest& request);
  http::Response AnswerManifest(const http::ServerRequest& request,
                                const std::string& reference);
  bool MayEnter(const http::ServerRequest& request) const;

  const Login login_;
  RealClock clock_;
  mutable Mutex mutex_;
  std::map<std::string, std::string> blobs_;
  std::map<std::string, std::string> manifests_;  // By tag and by digest.
  int failing_ = 0;
  int uploads_ = 0;
  bool holds_ = false;
  Notification held_;
  Notification ends_;
  std::unique_ptr<http::Server> server_;  // Last: its threads use the rest.
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_OCI_FAKE_REGISTRY_H_
