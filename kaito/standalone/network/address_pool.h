#ifndef KAITO_STANDALONE_NETWORK_ADDRESS_POOL_H_
#define KAITO_STANDALONE_NETWORK_ADDRESS_POOL_H_

// AddressPool: gives addresses of a range to owners, one each. What is given
// out is not kept here: the objects that hold the addresses (Services, records
// of pods) are shown again after a restart. Safe from any thread.
//
//   AddressPool pool(block.pods());
//   KAITO_ASSIGN_OR_RETURN(const std::string ip, pool.Acquire(uid, known_ip));

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/sync/mutex.h"
#include "kaito/base/sync/thread_annotations.h"
#include "kaito/standalone/network/address_block.h"

namespace kaito::standalone {

class AddressPool {
 public:
  explicit AddressPool(AddressRange range)
      : range_(range), next_(range.first) {}

  // The owner's address, else `wanted` where it is in the range and free, else
  // another one. Addresses are reused as late as possible, since someone may
  // still speak to the old owner. ResourceExhausted where none is left.
  absl::StatusOr<std::string> Acquire(const std::string& owner,
                                      absl::string_view wanted)
      KAITO_EXCLUDES(mutex_);
  void Release(const std::string& owner) KAITO_EXCLUDES(mutex_);

 private:
  const AddressRange range_;
  Mutex mutex_;
  uint32_t next_ KAITO_GUARDED_BY(mutex_);
  std::map<std::string, uint32_t> by_owner_ KAITO_GUARDED_BY(mutex_);
  std::set<uint32_t> used_ KAITO_GUARDED_BY(mutex_);
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NETWORK_ADDRESS_POOL_H_
