#ifndef KAITO_BASE_TLS_PRIVATE_KEY_H_
#define KAITO_BASE_TLS_PRIVATE_KEY_H_

// A private key in PEM, in a type that does not print itself: logs, test
// failures and messages show "[private key]". value() is for writing it to a
// file or a Secret and for handing it to a TLS library, for nothing else.

#include <ostream>
#include <string>
#include <utility>

namespace kaito::tls {

class PrivateKeyPem {
 public:
  PrivateKeyPem() = default;
  explicit PrivateKeyPem(std::string pem) : pem_(std::move(pem)) {}

  const std::string& value() const { return pem_; }
  bool empty() const { return pem_.empty(); }

  friend bool operator==(const PrivateKeyPem&, const PrivateKeyPem&) = default;
  friend std::ostream& operator<<(std::ostream& out, const PrivateKeyPem&) {
    return out << "[private key]";
  }

 private:
  std::string pem_;
};

// A certificate (with the chain below the authority, if any) and its key.
struct KeyedCertificate {
  std::string certificate_pem;
  PrivateKeyPem key;
};

}  // namespace kaito::tls

#endif  // KAITO_BASE_TLS_PRIVATE_KEY_H_
