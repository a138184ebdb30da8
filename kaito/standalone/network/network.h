#ifndef KAITO_STANDALONE_NETWORK_NETWORK_H_
#define KAITO_STANDALONE_NETWORK_NETWORK_H_

// Network: addresses and forwarding of one standalone instance, put together.
// The operator's main makes one, and gives it to the node agent and the Service
// controller.
//
//   KAITO_ASSIGN_OR_RETURN(std::unique_ptr<Network> network,
//                          Network::Create(data_dir));

#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "kaito/standalone/network/address_block.h"
#include "kaito/standalone/network/address_pool.h"
#include "kaito/standalone/network/forwarder.h"

namespace kaito::standalone {

class Network {
 public:
  static absl::StatusOr<std::unique_ptr<Network>> Create(
      absl::string_view data_dir);

  // Of the instance's /20.
  AddressRange service_range() const { return block_.services(); }
  AddressPool& services() { return services_; }  // By the Service's uid.
  AddressPool& pods() { return pods_; }          // By the pod's uid.
  Forwarder& forwarder() { return *forwarder_; }

 private:
  Network(AddressBlock block, std::unique_ptr<Forwarder> forwarder)
      : block_(std::move(block)),
        services_(block_.services()),
        pods_(block_.pods()),
        forwarder_(std::move(forwarder)) {}

  const AddressBlock block_;
  AddressPool services_;
  AddressPool pods_;
  const std::unique_ptr<Forwarder> forwarder_;
};

}  // namespace kaito::standalone

#endif  // KAITO_STANDALONE_NETWORK_NETWORK_H_
