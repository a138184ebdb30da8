#include "kaito/standalone/network/network.h"

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/base/status/status_macros.h"
#include "kaito/standalone/network/address_block.h"
#include "kaito/standalone/network/forwarder.h"

namespace kaito::standalone {

absl::StatusOr<std::unique_ptr<Network>> Network::Create(
    absl::string_view data_dir) {
  KAITO_ASSIGN_OR_RETURN(AddressBlock block, AddressBlock::Acquire(data_dir));
  KAITO_ASSIGN_OR_RETURN(std::unique_ptr<Forwarder> forwarder,
                         Forwarder::Create({}));
  return std::unique_ptr<Network>(
      new Network(std::move(block), std::move(forwarder)));  // Private.
}

}  // namespace kaito::standalone
