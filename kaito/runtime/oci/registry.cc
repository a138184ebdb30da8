#include "kaito/runtime/oci/registry.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/encoding/base64.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/client_options.h"
#include "kaito/base/http/headers.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/redirect.h"
#include "kaito/base/http/response_status.h"
#include "kaito/base/http/retry_policy.h"
#include "kaito/base/json/reader.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/base/url/address.h"
#include "kaito/base/url/percent_encoding.h"
#include "kaito/base/url/url.h"
#include "kaito/runtime/fetch/refusal.h"
#include "kaito/runtime/oci/byte_stream.h"
#include "kaito/runtime/oci/credentials.h"
#include "kaito/runtime/oci/manifest.h"

namespace kaito::runtime {
namespace {

using http::Request;
using http::Response;
using http::ResponseStream;

constexpr int64_t kMaxManifestBytes = 4 << 20;
constexpr int64_t kMaxAnswerBytes = 1 << 20;
// A registry that sends or takes nothing for so long has gone.
constexpr absl::Duration kIdle = absl::Seconds(60);
constexpr int kMaxUploads = 3;

bool IsLoopback(const Url& url) {
  return url.host() == "localhost" ||
         ClassifyAddress(url.host()) == AddressClass::kLoopback;
}

// Docker Hub's API is at another host than its name.
std::string ApiHost(const std::string& registry) {
  return registry == "docker.io" ? "registry-1.docker.io" : registry;
}

std::string BasicHeader(const Credentials& credentials) {
  return absl::StrCat(
      "Basic ", Base64Encode(absl::StrCat(credentials.user, ":",
                                          credentials.password.Reveal())));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Registry>> Registry::Open(
    Clock& clock, RegistryOptions options, const StopToken& stop) {
  const std::string host = ApiHost(options.registry);
  KAITO_ASSIGN_OR_RETURN(const Url probe,
                         Url::Parse(absl::StrCat("https://", host)));
  const bool plain = IsLoopback(probe) && options.ca_pem.empty();
  KAITO_ASSIGN_OR_RETURN(
      std::unique_ptr<http::Client> client,
      http::Client::Create(clock,
                           {.ca_pem = options.ca_pem,
                            .proxy_from = plain ? http::ProxyFrom::kNowhere
                                                : http::ProxyFrom::kEnvironment,
                            .address_policy = options.address_policy}));
  std::unique_ptr<Registry> registry(
      new Registry(clock, std::move(options), stop));
  registry->base_ = absl::StrCat(plain ? "http://" : "https://", host);
  registry->client_ = std::move(client);
  return registry;
}

std::string Registry::UrlOf(absl::string_view path) const {
  return absl::StrCat(base_, "/v2/", options_.repository, "/", path);
}

// A registry's answer may repeat what it was sent.
std::string Registry::WithoutSecrets(std::string text) const {
  const absl::string_view header = authorization_.Reveal();
  const absl::string_view secrets[] = {
      header.substr(header.find(' ') + 1),  // Without the scheme.
      options_.credentials.password.Reveal(),
      options_.credentials.identity_token.Reveal(),
  };
  for (const absl::string_view secret : secrets) {
    if (!secret.empty()) absl::StrReplaceAll({{secret, "[secret]"}}, &text);
  }
  return text;
}

absl::Status Registry::ErrorOf(const Response& response,
                               absl::string_view what) const {
  // {"errors":[{"code":"DENIED","message":"..."}]}
  std::string detail = response.body;
  const absl::StatusOr<json::Value> body = json::Parse(response.body);
  if (body.ok() && body->Find("errors") != nullptr &&
      body->Find("errors")->array() != nullptr &&
      !body->Find("errors")->array()->empty()) {
    const json::Value& first = body->Find("errors")->array()->front();
    detail = absl::StrCat(first.StringAt({"code"}), ": ",
                          first.StringAt({"message"}));
  }
  const std::string where =
      absl::StrCat(options_.registry, "/", options_.repository, ": ", what);
  const absl::Status status =
      http::ResponseStatus(response.code, WithoutSecrets(detail), where);
  const bool refused =
      response.code == 401 || response.code == 403 || response.code == 404;
  return refused ? MarkRefused(status) : status;
}

void Registry::Authorize(Request* request) const {
  if (authorization_.empty()) return;
  // An upload may be sent elsewhere; the registry's secret stays with it.
  const absl::StatusOr<Url> url = Url::Parse(request->url);
  const absl::StatusOr<Url> base = Url::Parse(base_);
  if (url.ok() && base.ok() && url->Origin() == base->Origin()) {
    request->headers.Set("Authorization", authorization_.Reveal());
  }
}

absl::Status Registry::FetchToken(const Challenge& challenge, Access access) {
  KAITO_ASSIGN_OR_RETURN(Url url, Url::Parse(challenge.realm));
  if (url.scheme() != "https" && !IsLoopback(url)) {
    return absl::PermissionDeniedError(absl::StrCat(
        options_.registry, ": asks to log in over plain HTTP at ", url.host()));
  }
  const std::string scope =
      absl::StrCat("repository:", options_.repository, ":pull",
                   access == Access::kPush ? ",push" : "");
  Request request = {.headers = {{"Accept", "application/json"}},
                     .max_body_bytes = kMaxAnswerBytes};
  if (!options_.credentials.identity_token.empty()) {
    request.method = "POST";
    request.url = url.ToString();
    request.headers.Set("Content-Type", "application/x-www-form-urlencoded");
    request.body = absl::StrCat(
        "grant_type=refresh_token&client_id=kaito&service=",
        PercentEncode(challenge.service), "&scope=", PercentEncode(scope),
        "&refresh_token=",
        PercentEncode(options_.credentials.identity_token.Reveal()));
  } else {
    if (!challenge.service.empty()) {
      url = url.WithQueryValue("service", challenge.service);
    }
    request.url = url.WithQueryValue("scope", scope).ToString();
    if (!options_.credentials.user.empty()) {
      request.headers.Set("Authorization", BasicHeader(options_.credentials));
    }
  }
  KAITO_ASSIGN_OR_RETURN(Response response,
                         client_->Do(std::move(request), stop_));
  if (!http::IsSuccess(response.code)) {
    response.body.clear();  // It might repeat what was sent.
    return ErrorOf(response, absl::StrCat("logging in at ", url.host()));
  }
  const absl::StatusOr<json::Value> body = json::Parse(response.body);
  absl::string_view token;
  if (body.ok()) {
    token = body->StringAt({"token"});
    if (token.empty()) token = body->StringAt({"access_token"});
  }
  if (token.empty()) {
    return absl::UnauthenticatedError(absl::StrCat(
        options_.registry, ": ", url.host(), " answered without a token"));
  }
  authorization_ = Secret(absl::StrCat("Bearer ", token));
  return absl::OkStatus();
}

absl::Status Registry::LogIn(const http::Headers& headers, Access access) {
  const std::optional<absl::string_view> header =
      headers.Get("WWW-Authenticate");
  if (!header.has_value()) {
    return MarkRefused(absl::UnauthenticatedError(absl::StrCat(
        options_.registry, ": answered 401 without saying how to log in")));
  }
  absl::StatusOr<Challenge> challenge = ParseChallenge(*header);
  if (!challenge.ok()) {
    return Annotate(challenge.status(), options_.registry);
  }
  if (challenge->scheme == Challenge::Scheme::kBearer) {
    return FetchToken(*challenge, access);
  }
  if (options_.credentials.user.empty()) {
    return MarkRefused(absl::UnauthenticatedError(absl::StrCat(
        options_.registry, "/", options_.repository,
        ": wants a user and a password; give --auth a docker config.json with "
        "an entry for ",
        options_.registry)));
  }
  authorization_ = Secret(BasicHeader(options_.credentials));
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<ResponseStream>> Registry::Send(
    const std::function<absl::StatusOr<Request>()>& make, Access access) {
  bool logged_in = false;
  for (int tries = 1;; ++tries) {
    KAITO_ASSIGN_OR_RETURN(Request request, make());
    Authorize(&request);
    const std::string method = request.method;
    absl::StatusOr<std::unique_ptr<ResponseStream>> stream =
        http::OpenFollowing(*client_, std::move(request), {}, stop_);
    if (stream.ok() && (*stream)->code() == 401 && !logged_in) {
      logged_in = true;
      --tries;
      KAITO_RETURN_IF_ERROR(LogIn((*stream)->headers(), access));
      continue;
    }
    http::TryOutcome outcome = {.method = method,
                                .tries = tries,
                                .status = stream.status(),
                                .now = clock_.Now()};
    // Spreads tries well enough without a generator of its own.
    jitter_ = jitter_ * 6364136223846793005u + 1442695040888963407u;
    outcome.jitter = static_cast<double>(jitter_ >> 11) * 0x1p-53;
    if (stream.ok()) {
      outcome.code = (*stream)->code();
      outcome.retry_after =
          std::string((*stream)->headers().Get("Retry-After").value_or(""));
    }
    const std::optional<absl::Duration> wait =
        http::WaitBeforeRetry(options_.retries, outcome);
    if (!wait.has_value()) return stream;
    KAITO_RETURN_IF_ERROR(WaitFor(clock_, *wait, stop_));
  }
}

absl::StatusOr<Response> Registry::SendWhole(
    const std::function<absl::StatusOr<Request>()>& make, Access access) {
  KAITO_ASSIGN_OR_RETURN(const std::unique_ptr<ResponseStream> stream,
                         Send(make, access));
  return http::ReadAll(*stream, kMaxManifestBytes);
}

absl::StatusOr<std::string> Registry::ReadManifest(
    absl::string_view reference) {
  const std::string url = UrlOf(absl::StrCat("manifests/", reference));
  KAITO_ASSIGN_OR_RETURN(
      Response response,
      SendWhole(
          [&] {
            return Request{
                .url = url,
                .headers = {{"Accept",
                             absl::StrCat(kOciManifestType, ", ", kOciIndexType,
                                          ", ", kDockerManifestType, ", ",
                                          kDockerIndexType)}}};
          },
          Access::kPull));
  if (!http::IsSuccess(response.code)) {
    return ErrorOf(response, absl::StrCat("manifest ", reference));
  }
  return std::move(response.body);
}

absl::StatusOr<ByteSource> Registry::OpenBlob(const Descriptor& blob) {
  const std::string url = UrlOf(absl::StrCat("blobs/", blob.digest));
  KAITO_ASSIGN_OR_RETURN(std::unique_ptr<ResponseStream> stream,
                         Send(
                             [&] {
                               return Request{
                                   .url = url,
                                   .timeout = absl::InfiniteDuration(),
                                   .idle_timeout = kIdle};
                             },
                             Access::kPull));
  if (!http::IsSuccess(stream->code())) {
    KAITO_ASSIGN_OR_RETURN(const Response response,
                           http::ReadAll(*stream, kMaxAnswerBytes));
    return ErrorOf(response, absl::StrCat("blob ", blob.digest));
  }
  // Shared, since a std::function must be copyable.
  const std::shared_ptr<ResponseStream> shared = std::move(stream);
  return ByteSource([shared] { return shared->Read(); });
}

absl::StatusOr<bool> Registry::HasBlob(const Descriptor& blob) {
  const std::string url = UrlOf(absl::StrCat("blobs/", blob.digest));
  KAITO_ASSIGN_OR_RETURN(
      const Response response,
      SendWhole([&] { return Request{.method = "HEAD", .url = url}; },
                Access::kPush));
  if (response.code == 404) return false;
  if (http::IsSuccess(response.code)) return true;
  return ErrorOf(response, absl::StrCat("blob ", blob.digest));
}

absl::Status Registry::Upload(const Descriptor& blob,
                              const std::string& location,
                              const ByteSource& bytes) {
  KAITO_ASSIGN_OR_RETURN(const Url base, Url::Parse(base_));
  KAITO_ASSIGN_OR_RETURN(const Url to, base.Resolve(location));
  if (to.scheme() != "https" && !IsLoopback(to)) {
    return absl::PermissionDeniedError(
        absl::StrCat(options_.registry,
                     ": wants the upload over plain HTTP to ", to.host()));
  }
  Request request = {.method = "PUT",
                     .url = to.WithQueryValue("digest", blob.digest).ToString(),
                     .headers = {{"Content-Type", "application/octet-stream"}},
                     .producer = bytes,
                     .produced_bytes = blob.size,
                     .timeout = absl::InfiniteDuration(),
                     .idle_timeout = kIdle,
                     .max_body_bytes = kMaxAnswerBytes};
  Authorize(&request);
  KAITO_ASSIGN_OR_RETURN(const Response response,
                         client_->Do(std::move(request), stop_));
  return http::IsSuccess(response.code)
             ? absl::OkStatus()
             : ErrorOf(response, absl::StrCat("blob ", blob.digest));
}

absl::Status Registry::PushBlob(
    const Descriptor& blob,
    const std::function<absl::StatusOr<ByteSource>()>& open) {
  KAITO_ASSIGN_OR_RETURN(const bool there, HasBlob(blob));
  if (there) return absl::OkStatus();
  const std::string start = UrlOf("blobs/uploads/");
  for (int tries = 1;; ++tries) {
    KAITO_ASSIGN_OR_RETURN(
        const Response session,
        SendWhole([&] { return Request{.method = "POST", .url = start}; },
                  Access::kPush));
    const std::optional<absl::string_view> location =
        session.headers.Get("Location");
    if (!http::IsSuccess(session.code)) {
      return ErrorOf(session, "starting an upload");
    }
    if (!location.has_value()) {
      return absl::InternalError(absl::StrCat(
          options_.registry, ": began an upload and did not say where"));
    }
    KAITO_ASSIGN_OR_RETURN(const ByteSource bytes, open());
    const absl::Status sent = Upload(blob, std::string(*location), bytes);
    // A body that is produced is sent once; another try is another upload.
    if (sent.ok() || !IsTransient(sent) || tries == kMaxUploads) return sent;
    KAITO_RETURN_IF_ERROR(WaitFor(clock_, options_.retries.first_wait, stop_));
  }
}

absl::Status Registry::PushManifest(absl::string_view reference,
                                    const std::string& text,
                                    absl::string_view media_type) {
  const std::string url = UrlOf(absl::StrCat("manifests/", reference));
  KAITO_ASSIGN_OR_RETURN(
      const Response response,
      SendWhole(
          [&] {
            return Request{
                .method = "PUT",
                .url = url,
                .headers = {{"Content-Type", std::string(media_type)}},
                .body = text};
          },
          Access::kPush));
  if (!http::IsSuccess(response.code)) {
    return ErrorOf(response, absl::StrCat("manifest ", reference));
  }
  const std::optional<absl::string_view> digest =
      response.headers.Get("Docker-Content-Digest");
  if (digest.has_value() && *digest != DigestOf(text)) {
    return absl::DataLossError(absl::StrCat(
        options_.registry, ": took the manifest for another one, ", *digest));
  }
  return absl::OkStatus();
}

}  // namespace kaito::runtime
