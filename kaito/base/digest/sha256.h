#ifndef KAITO_BASE_DIGEST_SHA256_H_
#define KAITO_BASE_DIGEST_SHA256_H_

// SHA-256 in lower-case hexadecimal, as OCI digests, lock files and reports
// spell it. Not for passwords, and not a keyed hash.
//
//   Sha256Hex("abc")  ==  "ba7816bf8f01cfea…"
//
//   Sha256 digest;
//   while (read(chunk)) digest.Update(chunk);
//   manifest.digest = absl::StrCat("sha256:", digest.Hex());

#include <memory>
#include <string>

#include "absl/strings/string_view.h"

namespace kaito {

std::string Sha256Hex(absl::string_view data);

// The digest of data that arrives in pieces. Movable; a moved-from object may
// only be assigned to or destroyed. Not thread-safe.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void Update(absl::string_view data);

  // 64 digits over all the data so far; more may follow.
  std::string Hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace kaito

#endif  // KAITO_BASE_DIGEST_SHA256_H_
