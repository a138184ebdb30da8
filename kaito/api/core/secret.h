#ifndef KAITO_API_CORE_SECRET_H_
#define KAITO_API_CORE_SECRET_H_

// A Secret: bytes by key that must not be seen. Values stay in base64 as the
// API server sends them, and print as "***" wherever something prints them.
//
//   KAITO_ASSIGN_OR_RETURN(const kaito::Secret config,
//                          SecretValue(secret, secret_key::kDockerConfigJson));
//
// Encode() gives the values out, since a server must be sent them: never log
// what it returns.

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/api/meta/gvk.h"
#include "kaito/api/meta/object_meta.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/secret.h"

namespace kaito::api {

namespace secret_type {
inline constexpr absl::string_view kOpaque = "Opaque";
inline constexpr absl::string_view kDockerConfigJson =
    "kubernetes.io/dockerconfigjson";
inline constexpr absl::string_view kTls = "kubernetes.io/tls";
}  // namespace secret_type

namespace secret_key {
inline constexpr absl::string_view kDockerConfigJson = ".dockerconfigjson";
inline constexpr absl::string_view kTlsCertificate = "tls.crt";
inline constexpr absl::string_view kTlsPrivateKey = "tls.key";
}  // namespace secret_key

// A string of the API that must not be printed.
struct SecretText {
  ::kaito::Secret text;

  bool operator==(const SecretText& other) const = default;
};

struct Secret {
  static constexpr KindInfo kKind = {
      .group = "", .version = "v1", .kind = "Secret", .plural = "secrets"};

  std::string api_version = "v1";
  std::string kind = "Secret";
  ObjectMeta metadata;
  std::string type;
  std::map<std::string, SecretText> data;         // In base64.
  std::map<std::string, SecretText> string_data;  // Plain; only ever written.
  std::optional<bool> immutable;
  json::Object others;
};

// The bytes under a key. NotFound where there is no such key, InvalidArgument
// where its value is no base64; neither shows any of it.
absl::StatusOr<::kaito::Secret> SecretValue(const Secret& secret,
                                            absl::string_view key);
// Sets the bytes under a key.
void SetSecretValue(Secret& secret, absl::string_view key,
                    const ::kaito::Secret& value);

const Type& TypeOf(const SecretText*);

const StructType& Describe(const Secret*);

}  // namespace kaito::api

#endif  // KAITO_API_CORE_SECRET_H_
