#ifndef KAITO_RUNTIME_OCI_REGISTRY_H_
#define KAITO_RUNTIME_OCI_REGISTRY_H_

// One repository of a registry, over the OCI distribution protocol: what pushes
// and pulls an image's parts.
//
//   KAITO_ASSIGN_OR_RETURN(
//       const auto registry,
//       Registry::Open(clock, {.registry = "ghcr.io", .repository = "me/a"},
//                      stop));
//   KAITO_ASSIGN_OR_RETURN(const std::string text,
//                          registry->ReadManifest("latest"));
//
// HTTPS, or plain HTTP to a loopback registry. Logs in as the registry's 401
// asks, with Basic or for a token; secrets go to the registry and to the realm
// that it names, over HTTPS, and into no message. Requests that may heal are
// repeated a few times.
//
// Errors: 401 Unauthenticated, 403 PermissionDenied, 404 NotFound, each marked
// as a refusal (kaito/runtime/fetch/refusal.h); what may heal Unavailable or
// DeadlineExceeded.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/clock/clock.h"
#include "kaito/base/http/address_policy.h"
#include "kaito/base/http/client.h"
#include "kaito/base/http/message.h"
#include "kaito/base/http/retry_policy.h"
#include "kaito/base/sync/stop_token.h"
#include "kaito/runtime/oci/byte_stream.h"
#include "kaito/runtime/oci/credentials.h"
#include "kaito/runtime/oci/image_source.h"
#include "kaito/runtime/oci/manifest.h"

namespace kaito::runtime {

struct RegistryOptions {
  std::string registry;  // "host" or "host:port".
  std::string repository;
  Credentials credentials;
  http::AddressPolicy address_policy;  // Null: any address.
  std::string ca_pem;  // Trusted in place of the system's authorities.
  http::RetryPolicy retries;
};

// Not thread-safe.
class Registry : public ImageSource {
 public:
  // `clock` must outlive it. Sends nothing yet.
  static absl::StatusOr<std::unique_ptr<Registry>> Open(Clock& clock,
                                                        RegistryOptions options,
                                                        const StopToken& stop);

  absl::StatusOr<std::string> ReadManifest(
      absl::string_view reference) override;
  absl::StatusOr<ByteSource> OpenBlob(const Descriptor& blob) override;

  absl::StatusOr<bool> HasBlob(const Descriptor& blob);
  // Sends the bytes, unless the registry has them. `open` gives them from the
  // start, once for each try.
  absl::Status PushBlob(
      const Descriptor& blob,
      const std::function<absl::StatusOr<ByteSource>()>& open);
  absl::Status PushManifest(absl::string_view reference,
                            const std::string& text,
                            absl::string_view media_type);

 private:
  Registry(Clock& clock, RegistryOptions options, const StopToken& stop)
      : clock_(clock), options_(std::move(options)), stop_(stop) {}

  enum class Access { kPull, kPush };

  std::string UrlOf(absl::string_view path) const;
  std::string WithoutSecrets(std::string text) const;
  absl::Status ErrorOf(const http::Response& response,
                       absl::string_view what) const;
  void Authorize(http::Request* request) const;
  // Answers a 401.
  absl::Status LogIn(const http::Headers& headers, Access access);
  absl::Status FetchToken(const Challenge& challenge, Access access);
  // With authorization and retries; `make` gives the request for each try.
  absl::StatusOr<std::unique_ptr<http::ResponseStream>> Send(
      const std::function<absl::StatusOr<http::Request>()>& make,
      Access access);
  absl::StatusOr<http::Response> SendWhole(
      const std::function<absl::StatusOr<http::Request>()>& make,
      Access access);
  absl::Status Upload(const Descriptor& blob, const std::string& location,
                      const ByteSource& bytes);

  Clock& clock_;
  RegistryOptions options_;
  StopToken stop_;
  std::string base_;  // "https://host:port"
  std::unique_ptr<http::Client> client_;
  Secret authorization_;  // The header's value; empty before the first 401.
  uint64_t jitter_ = 0;
};

}  // namespace kaito::runtime

#endif  // KAITO_RUNTIME_OCI_REGISTRY_H_
