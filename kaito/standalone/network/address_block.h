#ifndef KAITO_STANDALONE_NETWORK_ADDRESS_BLOCK_H_
#define KAITO_STANDALONE_NETWORK_ADDRESS_BLOCK_H_

// AddressBlock: the loopback addresses of one standalone instance: a /20 out of
// 127.64.0.0/10, one half for Services, the other for pods. All of 127.0.0.0/8
// reaches this machine without any set-up. The number of the block is kept in
// the data directory, so that addresses stay over restarts; while it is held no
// other instance takes it.
//
//   KAITO_ASSIGN_OR_RETURN(AddressBlock block, AddressBlock::Acquire(data_dir));
//   AddressPool services(block.services());

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/file/unique_fd.h"

namespace kaito::standalone {

// Both ends belong to it; as numbers, 127.0.0.1 is 0x7f000001.
struct AddressRange {
  uint32_t first = 0;
  uint32_t last = 0;
};

std::string FormatAddress(uint32_t address);

class AddressBlock {
 public:
  static constexpr int kBlocks = 1024;  // /20 in a /10.

  // Unavailable where other instances have all blocks.
  static absl::StatusOr<AddressBlock> Acquire(absl::string_view data_dir);

  int number() const { return number_; }
  AddressRange services() const;
  AddressRange pods() const;

 private:
  AddressBlock(int number, UniqueFd lock)
      : number_(number), lock_(std::move(lock)) {}

  uint32_t base() const;

  int number_;
  // A UDP socket bound to the block's first address: the kernel frees it with
  // the process, and it holds across all users and data directories.
  UniqueFd lock_;
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NETWORK_ADDRESS_BLOCK_H_
