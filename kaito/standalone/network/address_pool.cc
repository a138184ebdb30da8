#include "kaito/standalone/network/address_pool.h"

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/url/address.h"
#include "kaito/standalone/network/address_block.h"

namespace kaito::standalone {

absl::StatusOr<std::string> AddressPool::Acquire(const std::string& owner,
                                                 absl::string_view wanted) {
  uint32_t number = 0;
  if (const std::optional<Ipv4Bytes> bytes = ParseIpv4(wanted)) {
    for (const uint8_t byte : *bytes) number = number << 8 | byte;
  }
  MutexLock lock(mutex_);
  const auto known = by_owner_.find(owner);
  if (known != by_owner_.end()) return FormatAddress(known->second);
  if (number < range_.first || number > range_.last ||
      used_.count(number) > 0) {
    if (used_.size() > range_.last - range_.first) {
      return absl::ResourceExhaustedError(
          absl::StrCat("addresses: all of ", FormatAddress(range_.first),
                       " to ", FormatAddress(range_.last), " are in use"));
    }
    while (used_.count(next_) > 0) {
      next_ = next_ == range_.last ? range_.first : next_ + 1;
    }
    number = next_;
    next_ = next_ == range_.last ? range_.first : next_ + 1;
  }
  by_owner_[owner] = number;
  used_.insert(number);
  return FormatAddress(number);
}

void AddressPool::Release(const std::string& owner) {
  MutexLock lock(mutex_);
  const auto known = by_owner_.find(owner);
  if (known == by_owner_.end()) return;
  used_.erase(known->second);
  by_owner_.erase(known);
}

}  // namespace kaito::standalone
