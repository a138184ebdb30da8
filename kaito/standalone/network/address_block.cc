#include "kaito/standalone/network/address_block.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "kaito/base/digest/sha256.h"
#include "kaito/base/file/path.h"
#include "kaito/base/file/read_file.h"
#include "kaito/base/file/unique_fd.h"
#include "kaito/base/file/write_file.h"
#include "kaito/base/status/status.h"
#include "kaito/base/status/status_macros.h"

namespace kaito::standalone {
namespace {

constexpr uint32_t kRange = 0x7f400000;  // 127.64.0.0
constexpr uint32_t kBlockSize = 4096;

// Of the lock's socket. Nothing speaks there; any number above 1024 would do.
constexpr uint16_t kLockPort = 29499;

uint32_t BaseOf(int number) {
  return kRange + static_cast<uint32_t>(number) * kBlockSize;
}

// Not valid where another process has the block.
absl::StatusOr<UniqueFd> Lock(int number) {
  UniqueFd fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return ErrnoToStatus(errno, "socket");
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(kLockPort);
  address.sin_addr.s_addr = htonl(BaseOf(number) + 1);
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) ==
      0) {
    return fd;
  }
  if (errno == EADDRINUSE) return UniqueFd();
  return ErrnoToStatus(
      errno, absl::StrCat("bind ", FormatAddress(BaseOf(number) + 1)));
}

// The block of an earlier run, else one that differs from directory to
// directory.
int FirstChoice(const std::string& file, absl::string_view data_dir) {
  const absl::StatusOr<std::string> text = ReadFile(file, 64);
  int number = 0;
  if (text.ok() && absl::SimpleAtoi(*text, &number) && number >= 0 &&
      number < AddressBlock::kBlocks) {
    return number;
  }
  uint32_t hash = 0;
  (void)absl::SimpleHexAtoi(Sha256Hex(data_dir).substr(0, 8), &hash);
  return static_cast<int>(hash % AddressBlock::kBlocks);
}

}  // namespace

std::string FormatAddress(uint32_t address) {
  return absl::StrCat(address >> 24, ".", (address >> 16) & 0xff, ".",
                      (address >> 8) & 0xff, ".", address & 0xff);
}

absl::StatusOr<AddressBlock> AddressBlock::Acquire(absl::string_view data_dir) {
  const std::string file = JoinPath(data_dir, "address-block");
  const int first = FirstChoice(file, data_dir);
  for (int i = 0; i < kBlocks; ++i) {
    const int number = (first + i) % kBlocks;
    KAITO_ASSIGN_OR_RETURN(UniqueFd lock, Lock(number));
    if (!lock.valid()) continue;
    KAITO_RETURN_IF_ERROR(WriteFileAtomic(file, absl::StrCat(number, "\n")));
    return AddressBlock(number, std::move(lock));
  }
  return absl::UnavailableError(
      "addresses: other instances hold all of 127.64.0.0/10; stop one of them");
}

uint32_t AddressBlock::base() const { return BaseOf(number_); }

AddressRange AddressBlock::services() const {
  // The first ones: the network's, and the lock's.
  return {base() + 2, base() + kBlockSize / 2 - 1};
}

AddressRange AddressBlock::pods() const {
  return {base() + kBlockSize / 2, base() + kBlockSize - 2};
}

}  // namespace kaito::standalone
