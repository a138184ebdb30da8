#include "kaito/api/core/secret.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/api/core/open_struct.h"
#include "kaito/api/schema/decode_context.h"
#include "kaito/api/schema/describe.h"
#include "kaito/api/schema/field_error.h"
#include "kaito/api/schema/type.h"
#include "kaito/base/encoding/base64.h"
#include "kaito/base/json/value.h"
#include "kaito/base/log/secret.h"
#include "kaito/base/status/status.h"

namespace kaito::api {
namespace {

class SecretTextType final : public Type {
 public:
  Kind kind() const override { return Kind::kString; }
  void Decode(const json::Value& value, void* out,
              DecodeContext& context) const override {
    if (value.is_null()) return;
    const std::string* text = value.string();
    // The message names the type that was found, and never the value.
    if (text == nullptr) return context.WrongType("string", value);
    static_cast<SecretText*>(out)->text = ::kaito::Secret(*text);
  }
  json::Value Encode(const void* in) const override {
    return static_cast<const SecretText*>(in)->text.Reveal();
  }
  bool IsEmpty(const void* in) const override {
    return static_cast<const SecretText*>(in)->text.empty();
  }
};

std::string Where(const Secret& secret, absl::string_view key) {
  return absl::StrCat("Secret ", secret.metadata.ns, "/", secret.metadata.name,
                      ", key ", QuoteForMessage(key));
}

}  // namespace

absl::StatusOr<::kaito::Secret> SecretValue(const Secret& secret,
                                            absl::string_view key) {
  const auto found = secret.data.find(std::string(key));
  if (found == secret.data.end()) {
    return absl::NotFoundError(
        absl::StrCat(Where(secret, key), ": there is no such key"));
  }
  absl::StatusOr<std::string> bytes = Base64Decode(found->second.text.Reveal());
  if (!bytes.ok()) return Annotate(bytes.status(), Where(secret, key));
  return ::kaito::Secret::Take(*std::move(bytes));
}

void SetSecretValue(Secret& secret, absl::string_view key,
                    const ::kaito::Secret& value) {
  secret.data[std::string(key)].text =
      ::kaito::Secret::Take(Base64Encode(value.Reveal()));
}

const Type& TypeOf(const SecretText*) {
  static const auto* type = new SecretTextType;
  return *type;
}

const StructType& Describe(const Secret*) {
  using T = Secret;
  static const StructType& type = OpenStruct<T>(
      "Bytes by key that must not be seen.",
      {Of("apiVersion", &T::api_version, "Always v1."),
       Of("kind", &T::kind, "Always Secret."),
       Of("metadata", &T::metadata, "Name, labels, owners."),
       Of("type", &T::type, "What keys it has."),
       Of("data", &T::data, "Bytes in base64."),
       Of("stringData", &T::string_data, "Texts, added to data when written."),
       Of("immutable", &T::immutable, "Whether it can never change.")});
  return type;
}

}  // namespace kaito::api
