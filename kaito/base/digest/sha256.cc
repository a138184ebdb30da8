#include "kaito/base/digest/sha256.h"

#include <cstdlib>
#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "openssl/evp.h"

namespace kaito {
namespace {

// SHA-256 in OpenSSL fails only where memory is out or its own module of
// algorithms can't be loaded; neither leaves anything sensible to return.
void Require(int ok) {
  if (ok != 1) std::abort();
}

}  // namespace

struct Sha256::State {
  State() : context(EVP_MD_CTX_new()) { Require(context != nullptr); }
  ~State() { EVP_MD_CTX_free(context); }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  EVP_MD_CTX* const context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  Require(EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr));
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::Update(absl::string_view data) {
  Require(EVP_DigestUpdate(state_->context, data.data(), data.size()));
}

std::string Sha256::Hex() const {
  State copy;
  Require(EVP_MD_CTX_copy_ex(copy.context, state_->context));
  unsigned char bytes[32];
  Require(EVP_DigestFinal_ex(copy.context, bytes, nullptr));
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes), sizeof(bytes)));
}

std::string Sha256Hex(absl::string_view data) {
  Sha256 digest;
  digest.Update(data);
  return digest.Hex();
}

}  // namespace kaito
