#ifndef KAITO_BASE_LOG_SECRET_H_
#define KAITO_BASE_LOG_SECRET_H_

// Secret: a token, password or key that cannot be printed by accident: logs,
// StrCat and streams show "***". Its memory is zeroed when it goes. Everything
// that holds a credential holds it as a Secret, and reveals it only where it is
// sent.
//
//   const Secret token = Secret::Take(std::move(text));
//   KAITO_LOG(INFO, "using token", {{"token", token}});     // token=***
//   header = absl::StrCat("Bearer ", token.Reveal());       // On purpose.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace kaito {

class Secret {
 public:
  Secret() = default;
  // Copies; the caller's own text stays as it is. See Take().
  explicit Secret(absl::string_view value);
  // Copies, and zeroes `value`.
  static Secret Take(std::string&& value);

  Secret(const Secret& other) : Secret(other.Reveal()) {}
  Secret& operator=(const Secret& other);
  Secret(Secret&& other) noexcept
      : bytes_(std::move(other.bytes_)), size_(std::exchange(other.size_, 0)) {}
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { Clear(); }

  // The value, valid while this Secret is. Don't copy it into what is logged or
  // kept.
  absl::string_view Reveal() const {
    return absl::string_view(bytes_.get(), static_cast<size_t>(size_));
  }

  bool empty() const { return size_ == 0; }

  // Takes as long for any two values of one length, so that timing tells
  // nothing.
  friend bool operator==(const Secret& a, const Secret& b);

  // What StrCat sees.
  operator absl::AlphaNum() const {  // NOLINT(google-explicit-constructor)
    return absl::AlphaNum("***");
  }
  friend std::ostream& operator<<(std::ostream& out, const Secret&) {
    return out << "***";
  }

 private:
  void Clear();

  // On the heap, so that a move leaves no copy behind, as a short std::string
  // would.
  std::unique_ptr<char[]> bytes_;
  int64_t size_ = 0;
};

}  // namespace kaito

#endif  // KAITO_BASE_LOG_SECRET_H_
