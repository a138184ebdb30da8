#include "kaito/runtime/oci/fake_registry.h"

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "kaito/base/check/check.h"
#include "kaito/base/encoding/base64.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/response_writer.h"
#include "kaito/base/http/server.h"
#include "kaito/base/http/server_request.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/runtime/oci/manifest.h"

namespace kaito::runtime {
namespace {

constexpr absl::string_view kRepository = "/v2/me/adapter/";

http::Response Error(int code, absl::string_view name,
                     absl::string_view message = "so says the fake") {
  return {.code = code,
          .headers = {{"Content-Type", "application/json"}},
          .body = absl::StrCat("{\"errors\":[{\"code\":\"", name,
                               "\",\"message\":\"", message, "\"}]}")};
}

}  // namespace

FakeRegistry::FakeRegistry(Login login) : login_(login) {
  absl::StatusOr<std::unique_ptr<http::Server>> server = http::Server::Start(
      clock_, {.max_body_bytes = 16 << 20},
      [this](const http::ServerRequest& request, http::ResponseWriter& writer) {
        Handle(request, writer);
      });
  KAITO_CHECK_OK(server.status());
  server_ = *std::move(server);
}

std::string FakeRegistry::host() const {
  return absl::StrCat("127.0.0.1:", server_->port());
}

std::string FakeRegistry::AuthConfig(const std::string& host) {
  return absl::StrCat("{\"auths\":{\"", host, "\":{\"auth\":\"",
                      Base64Encode("me:me"), "\"}}}");
}

std::map<std::string, std::string> FakeRegistry::Blobs() const {
  MutexLock lock(mutex_);
  return blobs_;
}

std::string FakeRegistry::ManifestOf(const std::string& reference) const {
  MutexLock lock(mutex_);
  const auto found = manifests_.find(reference);
  return found == manifests_.end() ? "" : found->second;
}

void FakeRegistry::PutManifest(const std::string& reference,
                               const std::string& text) {
  MutexLock lock(mutex_);
  manifests_[reference] = text;
}

void FakeRegistry::PutBlob(const std::string& digest,
                           const std::string& bytes) {
  MutexLock lock(mutex_);
  blobs_[digest] = bytes;
}

void FakeRegistry::FailNext(int requests) {
  MutexLock lock(mutex_);
  failing_ = requests;
}

int FakeRegistry::uploads() const {
  MutexLock lock(mutex_);
  return uploads_;
}

bool FakeRegistry::MayEnter(const http::ServerRequest& request) const {
  const absl::string_view given =
      request.headers.Get("Authorization").value_or("");
  switch (login_) {
    case Login::kNone:
      return true;
    case Login::kBasic:
      return given == absl::StrCat("Basic ", Base64Encode("me:me"));
    case Login::kToken:
      return given == "Bearer t0ken";
  }
  return false;
}

void FakeRegistry::Hold() {
  MutexLock lock(mutex_);
  holds_ = true;
}

void FakeRegistry::Handle(const http::ServerRequest& request,
                          http::ResponseWriter& writer) {
  http::Response response;
  bool holds = false;
  {
    MutexLock lock(mutex_);
    holds = holds_;
    if (!holds) response = Answer(request);
  }
  if (holds) {
    held_.Notify();
    ends_.Wait();
    return;
  }
  writer.Send(std::move(response)).IgnoreError();
}

http::Response FakeRegistry::Answer(const http::ServerRequest& request) {
  if (failing_ > 0) {
    --failing_;
    return Error(503, "UNAVAILABLE");
  }
  absl::string_view path = request.raw_target;
  path = path.substr(0, path.find('?'));
  if (path == "/token") {
    if (request.headers.Get("Authorization") !=
        absl::StrCat("Basic ", Base64Encode("me:me"))) {
      return Error(401, "UNAUTHORIZED");
    }
    const bool fits = absl::StrContains(request.raw_target, "service=fake") &&
                      absl::StrContains(request.raw_target, "me%2Fadapter");
    return fits ? http::Response{.code = 200, .body = R"({"token":"t0ken"})"}
                : Error(400, "BAD_SCOPE");
  }
  if (!MayEnter(request)) {
    // Some registries and proxies repeat what they were sent.
    http::Response response = Error(
        401, "UNAUTHORIZED",
        absl::StrCat("sent: ",
                     request.headers.Get("Authorization").value_or("nothing")));
    response.headers.Set(
        "WWW-Authenticate",
        login_ == Login::kBasic
            ? std::string("Basic realm=\"fake\"")
            : absl::StrCat("Bearer realm=\"http://", host(),
                           "/token\",service=\"fake\",scope=\"x\""));
    return response;
  }
  if (!absl::ConsumePrefix(&path, kRepository)) {
    return Error(404, "NAME_UNKNOWN");
  }
  if (absl::StartsWith(path, "blobs/uploads/")) return AnswerUpload(request);
  if (absl::ConsumePrefix(&path, "blobs/")) {
    return AnswerBlob(request, std::string(path));
  }
  if (absl::ConsumePrefix(&path, "manifests/")) {
    return AnswerManifest(request, std::string(path));
  }
  return Error(404, "NAME_UNKNOWN");
}

http::Response FakeRegistry::AnswerBlob(const http::ServerRequest& request,
                                        const std::string& digest) {
  const auto found = blobs_.find(digest);
  if (found == blobs_.end()) return Error(404, "BLOB_UNKNOWN");
  return {.code = 200, .body = found->second};
}

http::Response FakeRegistry::AnswerUpload(const http::ServerRequest& request) {
  if (request.method == "POST") {
    return {.code = 202,
            .headers = {
                {"Location",
                 absl::StrCat(kRepository, "blobs/uploads/one?state=x%2Fy")}}};
  }
  const std::string digest = DigestOf(request.body);
  const bool fits =
      request.method == "PUT" &&
      absl::StrContains(request.raw_target, "state=x%2Fy&digest=sha256") &&
      absl::EndsWith(request.raw_target, absl::StripPrefix(digest, "sha256:"));
  if (!fits) return Error(400, "DIGEST_INVALID");
  blobs_[digest] = request.body;
  ++uploads_;
  return {.code = 201};
}

http::Response FakeRegistry::AnswerManifest(const http::ServerRequest& request,
                                            const std::string& reference) {
  if (request.method == "PUT") {
    const absl::StatusOr<Manifest> manifest = ParseManifest(request.body);
    if (!manifest.ok() ||
        request.headers.Get("Content-Type") != manifest->media_type) {
      return Error(400, "MANIFEST_INVALID");
    }
    for (const Descriptor& layer : manifest->layers) {
      if (!blobs_.contains(layer.digest)) return Error(404, "BLOB_UNKNOWN");
    }
    const std::string digest = DigestOf(request.body);
    manifests_[reference] = manifests_[digest] = request.body;
    return {.code = 201, .headers = {{"Docker-Content-Digest", digest}}};
  }
  const auto found = manifests_.find(reference);
  if (found == manifests_.end()) return Error(404, "MANIFEST_UNKNOWN");
  return {.code = 200,
          .headers = {{"Content-Type", std::string(kOciManifestType)}},
          .body = found->second};
}

}  // namespace kaito::runtime
