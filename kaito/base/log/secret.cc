#include "kaito/base/log/secret.h"

#include <string.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"

namespace kaito {

Secret::Secret(absl::string_view value)
    : bytes_(new char[value.size()]),
      size_(static_cast<int64_t>(value.size())) {
  if (!value.empty()) memcpy(bytes_.get(), value.data(), value.size());
}

Secret Secret::Take(std::string&& value) {
  Secret secret{absl::string_view(value)};
  // explicit_bzero: a plain memset before the end of a lifetime is optimised
  // out.
  explicit_bzero(value.data(), value.size());
  value.clear();
  return secret;
}

Secret& Secret::operator=(const Secret& other) {
  if (this != &other) *this = Secret(other);
  return *this;
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    Clear();
    bytes_ = std::move(other.bytes_);
    size_ = std::exchange(other.size_, 0);
  }
  return *this;
}

void Secret::Clear() {
  if (bytes_ != nullptr) explicit_bzero(bytes_.get(), size_);
}

bool operator==(const Secret& a, const Secret& b) {
  if (a.size_ != b.size_) return false;
  unsigned char difference = 0;
  for (int64_t i = 0; i < a.size_; ++i) {
    difference |= static_cast<unsigned char>(a.bytes_[i] ^ b.bytes_[i]);
  }
  return difference == 0;
}

}  // namespace kaito
